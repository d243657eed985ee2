#include <xcj/kong.h>

#include "lib/gateway/credential.h"

/* The method bits are numbered in the plugin's order. */
uint32_t xcj_kong_method(const xcj_auth *auth)
{
    xcj_auth read;
    if (auth == NULL || xcj__auth_read(&read, auth, NULL) != XCJ_OK) {
        return 0;
    }
    uint32_t present = xcj__credential_methods(&read);
    if (xcj__credential_is_dpop(&read) && present != XCJ_AUTH_BEARER) {
        present &= ~(uint32_t)XCJ_AUTH_BEARER; /* the plugin does not know the scheme, so it takes the other credential */
    }
    return present != 0 ? present & (~present + 1) : XCJ_AUTH_ANY;
}
