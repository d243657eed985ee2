#include "lib/key/cert_subject.h"

#include "lib/codec/der.h"

/* The unread rest of a value. */
typedef struct span {
    const uint8_t *at;
    const uint8_t *end;
} span;

static bool read_element(xcj__der_element *out, span *from, uint8_t tag)
{
    return xcj__der_take(out, &from->at, from->end) && out->tag == tag;
}

static span content_of(const xcj__der_element *element)
{
    return (span){ element->content, element->content + element->content_len };
}

static bool read_rest(span *from)
{
    xcj__der_element element;
    while (from->at < from->end && xcj__der_take(&element, &from->at, from->end)) {
    }
    return from->at == from->end;
}

static bool is_integer(span from)
{
    xcj__der_element element;
    return read_element(&element, &from, XCJ__DER_INTEGER) && from.at == from.end;
}

/* [0] { INTEGER }, or nothing. */
static bool read_version(span *from)
{
    xcj__der_element element;
    return from->at == from->end || *from->at != XCJ__DER_CONTEXT_0 ||
           (read_element(&element, from, XCJ__DER_CONTEXT_0) && is_integer(content_of(&element)));
}

/* TBSCertificate: version, serial number, algorithm, issuer, validity, subject, public key, and perhaps more. */
static bool read_signed_part(xcj__bytes *subject, span from)
{
    xcj__der_element element;
    bool is_good = read_version(&from) && read_element(&element, &from, XCJ__DER_INTEGER) &&
                   read_element(&element, &from, XCJ__DER_SEQUENCE) && read_element(&element, &from, XCJ__DER_SEQUENCE) &&
                   read_element(&element, &from, XCJ__DER_SEQUENCE) && read_element(&element, &from, XCJ__DER_SEQUENCE);
    *subject = is_good ? (xcj__bytes){ element.ptr, element.len } : (xcj__bytes){ NULL, 0 };
    return is_good && read_element(&element, &from, XCJ__DER_SEQUENCE) && read_rest(&from);
}

bool xcj__cert_subject(xcj__bytes *out, const uint8_t *der, size_t len)
{
    xcj__der_element whole, signed_part, element;
    span all = { der, der + len };
    if (!read_element(&whole, &all, XCJ__DER_SEQUENCE) || all.at != all.end) {
        return false;
    }
    span inside = content_of(&whole);
    return read_element(&signed_part, &inside, XCJ__DER_SEQUENCE) && read_element(&element, &inside, XCJ__DER_SEQUENCE) &&
           read_element(&element, &inside, XCJ__DER_BIT_STRING) && inside.at == inside.end &&
           read_signed_part(out, content_of(&signed_part));
}
