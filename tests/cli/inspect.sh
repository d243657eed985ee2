#!/bin/sh
# inspect: what is in a token, in order, and that nothing was verified.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
missing openssl
nothing='NOTHING WAS VERIFIED'
"$XCJ" keygen --alg HS256 --kid k >key.json
token=$("$XCJ" mint --key key.json --bare --claims \
    '{"z":1.10,"a":[],"o":{},"list":[1,"two"],"iat":1712685416,"nbf":1712685416,"exp":1712687216,"big":12345678901234567890123}')
accept 'for people' inspect --now 1712686000 "$token"
cat >want <<'END'
header
{
  "typ": "JWT",
  "alg": "HS256",
  "kid": "k"
}
claims
{
  "z": 1.10,
  "a": [],
  "o": {},
  "list": [
    1,
    "two"
  ],
  "iat": 1712685416,
  "nbf": 1712685416,
  "exp": 1712687216,
  "big": 12345678901234567890123
}
notes
iat   issued 2024-04-09 17:56:56 UTC (9 minutes ago)
nbf   valid since 2024-04-09 17:56:56 UTC (9 minutes ago)
exp   expires 2024-04-09 18:26:56 UTC (in 20 minutes)
sig   32 bytes
NOTHING WAS VERIFIED: anyone can write such a token; use xcj verify
END
same 'for people' out want
accept 'expired' inspect --now 2024-04-09T18:26:57Z "$token"
out_has 'expired' 'exp   expired 2024-04-09 18:26:56 UTC (1 second ago)'
accept 'long ago' inspect --now 1810000000 "$token"
out_has 'long ago' '(3 years ago)'
accept 'in the future' inspect --now 1712685000 "$token"
out_has 'in the future' 'nbf   not yet valid: 2024-04-09 17:56:56 UTC (in 6 minutes)'
accept 'for programs' inspect --json "$token"
out_has 'for programs' '{"verified":false,"signature_bytes":32,"header":{"typ":"JWT","alg":"HS256","kid":"k"},"claims":{"z":1.10,'
out_has 'for programs' '"big":12345678901234567890123}}'
[ "$(wc -l <out)" -eq 1 ] || fail 'one line for programs'
printf '%s\n' "$token" >t
accept 'of a file' inspect --now 1712686000 @t
same 'of a file' out want
accept 'of standard input' inspect --now 1712686000 <t
same 'of standard input' out want
TOKEN=$token accept 'of the environment' inspect --now 1712686000 --token-env TOKEN
same 'of the environment' out want
run inspect --now 1712686000 "Bearer $token"
same 'with Bearer' out want
err_has 'with Bearer' '"Bearer " before the token'
run inspect --now 1712686000 "'$token'"
same 'in quotes' out want
err_has 'in quotes' 'quotes around the token'

# raw HEADER PAYLOAD SIGNATURE
raw() {
    printf '%s.%s.%s' "$(printf '%s' "$1" | b64u)" "$(printf '%b' "$2" | b64u)" "$3"
}
accept 'none' inspect "$(raw '{"alg":"none"}' '{"sub":"x"}' '')"
out_has 'none' 'not signed'
out_has 'no exp' 'there is no exp'
out_has 'none' "$nothing"
accept 'a payload that is no JSON' inspect "$(raw '{"alg":"HS256"}' 'a\0033[31m' AAAA)"
out_has 'no escape sequence reaches the terminal' 'a?[31m'
out_has 'a payload that is no JSON' "$nothing"
accept 'controls within JSON' inspect "$(raw '{"alg":"HS256"}' '{"a":"\0302\0233\0177"}' AAAA)"
out_has 'controls within JSON' '"a": "\u009b\u007f"'
accept 'times out of reach' inspect "$(raw '{"alg":"HS256"}' '{"exp":1e300,"iat":-1e17,"nbf":"x"}' AAAA)"
out_has 'times out of reach' 'beyond any calendar'
accept 'deep' inspect "$(raw '{"alg":"HS256"}' '{"a":[[[[[[{}]]]]]]}' AAAA)"

refuse 'two parts' 3 'token: ' inspect a.b
refuse 'a JWE' 3 'five parts' inspect a.b.c.d.e
refuse 'nothing' 3 'is empty' inspect ''
refuse 'a header that is no object' 3 'token: ' inspect "$(raw '[1]' '{}' AAAA)"
refuse 'a JSON serialisation' 3 'compact' inspect '{"payload":""}'
finish
