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
    return present != 0 ? present & (~present + 1) : XCJ_AUTH_ANY;
}
