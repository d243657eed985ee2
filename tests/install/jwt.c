/* A program outside the tree that links the bridge. */
#include <stdio.h>
#include <xcj/jansson.h>
#include <xcj/libjwt.h>

int main(void)
{
    struct json_t *claims = NULL;
    xcj_error err;
    if (xcj_verified_to_jansson(&claims, NULL, XCJ_CLAIMS, &err) != XCJ_ERR_ARGUMENT) {
        fprintf(stderr, "claims of nothing\n");
        return 1;
    }
    return 0;
}
