/*
 * key_order.h: the order of the keys in a set: by kid, so that a search finds it, with equal keys side by side.
 */
#ifndef XCJ_LIB_KEY_KEY_ORDER_H
#define XCJ_LIB_KEY_KEY_ORDER_H

#include <stdbool.h>

#include <xcj/key.h>

/** By length, then by bytes; absent equals empty. Negative, zero or positive. */
int xcj__str_order(xcj_str a, xcj_str b);

/** By kid, keys without one last, then by public part and labels. Negative, zero or positive. */
int xcj__key_order(const xcj_key *left, const xcj_key *right);

/** Is it the same key with the same labels? */
bool xcj__key_is_twin(const xcj_key *a, const xcj_key *b);

#endif
