#include "lib/key/key_order.h"

#include <string.h>

#include "lib/base/mem.h"
#include "lib/key/evp.h"

int xcj__str_order(xcj_str a, xcj_str b)
{
    if (a.len != b.len) {
        return a.len < b.len ? -1 : 1;
    }
    return a.len == 0 ? 0 : memcmp(a.ptr, b.ptr, a.len);
}

/* The public numbers; of a shared secret none, so that no order tells of it. */
static int compare_numbers(const xcj__jwk *a, const xcj__jwk *b)
{
    static const xcj__jwk_part parts[] = { XCJ__N, XCJ__E, XCJ__X, XCJ__Y };
    int order = (int)a->facts.kty - (int)b->facts.kty;
    for (size_t i = 0; order == 0 && i < sizeof parts / sizeof parts[0]; i++) {
        xcj__bytes left = a->part[parts[i]], right = b->part[parts[i]];
        order =
            xcj__str_order((xcj_str){ (const char *)left.ptr, left.len }, (xcj_str){ (const char *)right.ptr, right.len });
    }
    return order;
}

int xcj__key_order(const xcj_key *left, const xcj_key *right)
{
    const xcj__jwk *a = &left->jwk, *b = &right->jwk;
    int order = (a->kid.ptr == NULL) - (b->kid.ptr == NULL);
    order = order != 0 ? order : xcj__str_order(a->kid, b->kid);
    order = order != 0 ? order : compare_numbers(a, b);
    order = order != 0 ? order : xcj__str_order(a->alg, b->alg);
    order = order != 0 ? order : xcj__str_order(a->facts.use, b->facts.use);
    return order;
}

bool xcj__key_is_twin(const xcj_key *left, const xcj_key *right)
{
    const xcj__jwk *a = &left->jwk, *b = &right->jwk;
    return xcj__str_equal(a->kid, b->kid) && xcj__str_equal(a->alg, b->alg) && xcj__str_equal(a->facts.use, b->facts.use) &&
           xcj__str_equal(a->key_ops, b->key_ops) && a->facts.is_private == b->facts.is_private && xcj__jwk_same(a, b);
}
