#!/bin/sh
# inspect: what is in a token, in order, and that nothing was verified.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq
export LC_ALL=C
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
checks
ok form       compact JWS: header, claims and signature
ok header     alg "HS256", typ "JWT", kid "k"
 - key        not looked for; kid "k" selects it from a set
 - algorithm  "HS256"
 - signature  32 bytes, not verified
ok exp        expires in 20 minutes (2024-04-09 18:26:56 UTC)
ok nbf        valid since 9 minutes ago (2024-04-09 17:56:56 UTC)
ok iat        issued 9 minutes ago (2024-04-09 17:56:56 UTC)
NOTHING WAS VERIFIED: anyone can write such a token; use xcj verify
END
same 'for people' out want
accept 'expired' inspect --now 2024-04-09T18:26:57Z "$token"
out_has 'expired' 'NO exp        expired 1 second ago (2024-04-09 18:26:56 UTC)'
accept 'long ago' inspect --now 1810000000 "$token"
out_has 'long ago' ' 3 years ago ('
accept 'in the future' inspect --now 1712685000 "$token"
out_has 'in the future' 'NO nbf        not yet valid: in 6 minutes (2024-04-09 17:56:56 UTC)'
accept 'for programs' inspect --json "$token"
out_has 'for programs' '{"verified":false,"signature_bytes":32,"header":{"typ":"JWT","alg":"HS256","kid":"k"},"claims":{"z":1.10,'
out_has 'for programs' '"big":12345678901234567890123},"findings":[{'
[ "$(wc -l <out)" -eq 1 ] || fail 'one line for programs'
printf '%s\n' "$token" >t
accept 'of a file' inspect --now 1712686000 @t
same 'of a file' out want
accept 'of standard input' inspect --now 1712686000 <t
same 'of standard input' out want
TOKEN=$token accept 'of the environment' inspect --now 1712686000 env:TOKEN
same 'of the environment' out want
for around in 'Bearer @' 'bearer  @' "'@'" '"@"' ' @ ' '"Bearer @"'; do
    wrapped=$(printf '%s' "$around" | sed "s/@/$token/")
    run inspect --now 1712686000 "$wrapped"
    came_to "within: $around" 0
    err_has "within: $around" 'xcj: token: taken off: '
    grep -v '^odd   token: ' out >rest
    same "within: $around" rest want
    case $around in *[Bb]earer*) out_has "within: $around" 'odd   token: taken off: "Bearer " before the token' ;; esac
    case $around in *[\'\"]*) out_has "within: $around" 'odd   token: taken off: the quotes around the token' ;; esac
    case $around in ' '*) out_has "within: $around" 'odd   token: taken off: the white space around the token' ;; esac
done

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
out_has 'times out of reach' ', beyond any calendar'
out_has 'a time that is a text' 'odd   claims nbf: is not a number'
accept 'deep' inspect "$(raw '{"alg":"HS256"}' '{"a":[[[[[[[1,[2,{"b":3}],[]]]]]]]]}' AAAA)"
{
    printf '{\n  "a": ['
    for indent in 4 6 8 10 12 14; do printf '\n%*s[' $indent ''; done
    printf '\n                1,\n                [2,{"b": 3}],\n                []'
    for indent in 14 12 10 8 6 4 2; do printf '\n%*s]' $indent ''; done
    printf '\n}\n'
} >deep.want
sed -n '/^claims/,/^checks/p' out | sed '1d;$d' >deep
same 'below the eighth level everything is on one line' deep deep.want
# nested DEPTH: an object of so many levels.
nested() {
    awk -v n="$1" 'BEGIN { printf "{\"a\":"; for (i = 1; i < n; i++) printf "["; for (i = 1; i < n; i++) printf "]"; printf "}" }'
}
accept '64 levels' inspect "$(raw '{"alg":"HS256"}' "$(nested 64)" AAAA)"
out_lacks '64 levels' 'nested deeper'
accept '65 levels' inspect "$(raw '{"alg":"HS256"}' "$(nested 65)" AAAA)"
out_has '65 levels' 'odd   payload: is nested deeper than 64 levels: a verifier refuses it'
refuse '65 levels in a header' 3 'header is nested deeper than 64 levels' inspect "$(raw "$(nested 65)" '{}' AAAA)"
refuse '65 levels in a serialisation' 3 'token: is nested deeper than 64 levels' inspect "$(nested 65)"
awk 'BEGIN { printf "{\"a\":[1"; for (i = 1; i < 65536; i++) printf ",1"; printf "]}" }' >wide
printf '%s.%s.AAAA' "$(printf '{"alg":"HS256"}' | b64u)" "$(b64u <wide)" >wide.jwt
accept 'one value too many' inspect @wide.jwt
out_has 'one value too many' 'odd   payload: has too many members and elements'
sed 's/1,1/1/' wide | b64u >part
printf '%s.%s.AAAA' "$(printf '{"alg":"HS256"}' | b64u)" "$(cat part)" >wide.jwt
accept 'as many values as a verifier takes' inspect @wide.jwt
out_lacks 'as many values as a verifier takes' 'too many'
critical="{\"alg\":\"HS256\",\"crit\":[$(awk 'BEGIN { for (i = 0; i < 99; i++) printf "\"a\","; printf "\"a\"" }')]}"
accept 'many findings' inspect "$(raw "$critical" '{}' '')"
out_has 'many findings' 'odd   and 37 more'
accept 'many findings' inspect --json "$(raw "$critical" '{}' '')"
out_has 'many findings' '"findings_left_out":37'

refuse 'two parts' 3 'token: ' inspect a.b
refuse 'nothing' 3 'is empty' inspect ''
refuse 'a header that is no object' 3 'token: ' inspect "$(raw '[1]' '{}' AAAA)"
refuse 'a header that is no base64url' 3 'header is not base64url' inspect 'e$.e30.AAAA'
refuse 'a payload that is no base64url' 3 'payload is not base64url' inspect 'e30.e$.AAAA'
refuse 'a signature that is no base64url' 3 'signature is not base64url' inspect 'e30.e30.AAAAA'
refuse 'JSON that is no token' 3 'not a token' inspect '{"a":1}'
refuse 'half a JSON serialisation' 3 'not JSON' inspect '{"payload":'
refuse 'no signatures' 3 'has 0 signatures' inspect '{"payload":"e30","signatures":[]}'
accept 'a file without its @' inspect t
refuse 'PEM' 3 'is a PEM text' inspect -- '-----BEGIN PUBLIC KEY-----'
refuse 'two operands' 2 'unexpected argument' inspect "$token" "$token"
refuse 'no such time' 2 'Unix seconds' inspect --now yesterday "$token"

# What is odd about it is what lint finds, but for its notes.
accept 'a long life' inspect --now 1712686000 "$(raw '{"alg":"HS256"}' '{"iat":1712685416,"exp":1815000000}' AAAA)"
out_has 'a long life' 'odd   claims exp: lives for 28421 hours'
out_has 'a short signature' 'odd   signature: has 3 bytes; HS256 has 32'
out_lacks 'no notes' 'typ'
accept 'a member twice' inspect "$(raw '{"alg":"HS256","alg":"none"}' '{}' AAAA)"
out_has 'a member twice' 'odd   header alg: stands twice'
accept 'findings for programs' inspect --json "$(raw '{"alg":"none"}' '{}' '')"
out_has 'findings for programs' '"findings":[{"severity":"error","id":"alg-none","part":"header","member":"alg",'

# A JWE, and the JSON serialisations.
accept 'a JWE' inspect "$(raw '{"alg":"dir","enc":"A128GCM"}' x AAAA).AAAA.AAAA"
printf '%s\n' header '{' '  "alg": "dir",' '  "enc": "A128GCM"' '}' checks \
    'odd   token: is encrypted (a JWE): its header is all there is to see' \
    'NOTHING WAS VERIFIED: anyone can write such a token; use xcj verify' >jwe
same 'a JWE' out jwe
accept 'a JWE for programs' inspect --json "$(raw '{"alg":"dir","enc":"A128GCM"}' x AAAA).AAAA.AAAA"
out_is 'a JWE for programs' '{"verified":false,"encrypted":true,"header":{"alg":"dir","enc":"A128GCM"},"findings":[{"severity":"warning","id":"encrypted","part":"token","text":"is encrypted (a JWE): its header is all there is to see"}]}'
flat="{\"payload\":\"$(part 2 "$token")\",\"protected\":\"$(part 1 "$token")\",\"signature\":\"$(part 3 "$token")\"}"
accept 'flattened' inspect --now 1712686000 "$flat"
sed 's/compact JWS: .*/JSON serialisation of a JWS/' want >flat.want
same 'flattened' out flat.want
header=$(printf '{"alg":"ES256"}' | b64u)
general="{\"payload\":\"$(part 2 "$token")\",\"signatures\":[{\"protected\":\"$(part 1 "$token")\",\"signature\":\"$(part 3 "$token")\"},
    {\"protected\":\"$header\",\"header\":{\"kid\":\"second\"},\"signature\":\"MEQCIA\"},{\"header\":{\"alg\":\"HS256\"},\"signature\":\"AAAA\"}]}"
accept 'general' inspect --now 1712686000 "$general"
grep -c '^header$' out >count
printf '2\n' >two
same 'general: protected headers' count two
out_has 'general: the unprotected header' '  "kid": "second"'
out_has 'general: where' 'odd   signature 1: is DER'
out_has 'general: where' 'odd   header 2 alg: is not protected by the signature'
accept 'general for programs' inspect --json "$general"
holds 'general for programs' jq -e '(.signatures | length) == 3 and .signatures[1].unprotected.kid == "second" and .claims.z == 1.1' out
finish
