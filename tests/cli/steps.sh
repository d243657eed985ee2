#!/bin/sh
# verify --explain: each check with a tick or a cross, in order; what was not reached is open; marks by the locale.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq
export LC_ALL=C
"$XCJ" keygen --alg ES256 --kid gateway-1 -o key.json --jwks-out jwks.json
"$XCJ" keygen --alg ES256 --kid other -o other.json
"$XCJ" mint --key key.json --now 1712685416 --iss https://issuer.example --aud api://orders --sub alice --jti 1 >token
# explained NAME STATUS WORD...: the steps alone, without the message, in `steps`.
explained() {
    explained_name=$1
    explained_status=$2
    shift 2
    run verify --explain "$@"
    came_to "$explained_name" "$explained_status"
    grep -v '^xcj: ' err >steps
}
cat >valid.want <<'END'
ok form       compact JWS: header, claims and signature
ok header     alg "ES256", typ "JWT", kid "gateway-1"
ok key        EC P-256, kid "gateway-1": the token's kid selects it
ok algorithm  "ES256" fits the key
ok signature  64 bytes, valid
END
{
    cat valid.want
    cat <<'END'
 - iss        "https://issuer.example"
 - sub        "alice"
ok aud        "api://orders", expected "api://billing" or "api://orders"
ok exp        expires in 20 minutes (2024-04-09 18:26:56 UTC)
ok iat        issued 9 minutes ago (2024-04-09 17:56:56 UTC)
 - jti        "1"
END
} >want
explained 'valid' 0 --jwks jwks.json --aud api://billing --aud api://orders --now 1712686000 @token
same 'valid' want steps
"$XCJ" verify --jwks jwks.json --now 1712686000 @token >plain
same 'the payload is printed as ever' plain out
{
    cat valid.want
    cat <<'END'
NO typ        "JWT", expected "at+jwt"
NO iss        "https://issuer.example", expected "https://other.example"
ok sub        "alice", expected "alice"
NO aud        "api://orders", expected "api://billing"
NO exp        expired 13 minutes ago (2024-04-09 18:26:56 UTC)
ok iat        issued 43 minutes ago (2024-04-09 17:56:56 UTC)
 - jti        "1"
NO tenant     missing
END
} >want
explained 'several claims' 8 --jwks jwks.json --typ at+jwt --iss https://other.example --sub alice --aud api://billing --require tenant --now 1712688000 @token
same 'several claims' want steps
explained 'one claim' 8 --jwks jwks.json --aud api://billing --now 1712686000 @token
grep '^NO' steps >crosses
printf 'NO aud        "api://orders", expected "api://billing"\n' >want
same 'one claim' want crosses
# When a private key with dates signs.
key_step() {
    jq -c "$2" key.json >dated.json
    explained "$1" 0 --key dated.json --now 1712686000 @token
    grep '^ok key' steps >out
    printf 'ok key        EC P-256, kid "gateway-1": the key that was given%s\n' "$3" >want
    same "$1" want out
}
key_step 'no dates' . ''
key_step 'both dates' '.nbf = 1712685000 | .exp = 1712687000' '; its time to sign began 16 minutes ago (2024-04-09 17:50:00 UTC) and ends in 16 minutes (2024-04-09 18:23:20 UTC), and it is published until its last token has expired'
key_step 'a key to come' '.nbf = 1712687000' '; its time to sign begins in 16 minutes (2024-04-09 18:23:20 UTC)'
key_step 'a key that ended' '.exp = 1712685000' '; its time to sign ended 16 minutes ago (2024-04-09 17:50:00 UTC), and it is published until its last token has expired'
explained 'the key alone' 0 --key key.json --now 1712686000 @token
grep -qF 'EC P-256, kid "gateway-1": the key that was given' steps || fail 'the key alone'
"$XCJ" mint --bare --key other.json --claims '{"sub":"a"}' --kid other >other.jwt 2>err || fail 'mint'
explained 'no key' 5 --jwks jwks.json @other.jwt
grep -q '^NO key        .*other' steps || fail 'no key: the kid that was looked for'
grep -q '^ - signature  64 bytes, not reached' steps || fail 'no key: the signature was not reached'
explained 'missing exp' 8 --jwks other.json @other.jwt
grep -qx 'NO exp        missing' steps || fail 'missing exp'
"$XCJ" mint --bare --key other.json --claims '{"sub":"alice","exp":9999999999}' --kid gateway-1 >forged.jwt 2>err || fail 'mint'
explained 'a bad signature' 4 --jwks jwks.json @forged.jwt
grep -c -e '^ok algorithm' -e '^NO signature  the signature is not valid' -e '^ - exp ' steps >lines
[ "$(cat lines)" -eq 3 ] || fail 'a bad signature'
"$XCJ" keygen --alg HS256 -o secret.json
explained 'another type' 9 --key secret.json @token
grep -q '^NO algorithm  ES256 does not fit the key' steps || fail 'another type'
explained 'no form' 3 --key secret.json a.b
grep -q '^NO form  ' steps || fail 'no form'
[ "$(grep -c '^ - .*not reached' steps)" -eq 4 ] || fail 'no form: the rest was not reached'
printf '%s.%s.AAAA' "$(printf '{"alg":"ES256","crit":["x"],"x":1}' | b64u)" "$(part 2 "$(cat token)")" >crit.jwt
explained 'crit' 9 --key key.json @crit.jwt
grep -q '^NO header  ' steps || fail 'crit'

# Hostile values: nothing that a terminal obeys, nothing endless. Secrets are not shown.
long=$(awk 'BEGIN { for (i = 0; i < 200; i++) printf "0123456789" }')
"$XCJ" mint --key key.json --sub "$(printf 'a\033[31mb')" --jti "$long" >hostile.jwt
explained 'hostile' 0 --jwks jwks.json @hostile.jwt
if LC_ALL=C grep -q '[[:cntrl:]]' steps; then fail 'no control character'; fi
[ "$(wc -L <steps)" -le 100 ] || fail 'long values are cut'
explained 'a secret' 4 --key secret.json "$("$XCJ" mint --key secret.json --sub a | sed 's/.....$/AAAAA/')"
if grep -qF -e "$(jq -r .k secret.json | cut -c 1-8)" err; then fail 'the secret is shown'; fi

# Marks and colour.
LC_ALL='' LC_CTYPE='' LANG=de_DE.UTF-8 explained 'a UTF-8 locale' 0 --jwks jwks.json @hostile.jwt
grep -q '^✓ form ' steps || fail 'a UTF-8 locale'
LC_ALL=POSIX LANG=de_DE.UTF-8 explained 'LC_ALL wins' 0 --jwks jwks.json @hostile.jwt
grep -q '^ok form ' steps || fail 'LC_ALL wins'
refuse 'a batch' 2 '--explain excludes --batch' verify --explain --batch --jwks jwks.json @token

# The picture in the README is what the command prints.
docs=$(cd "$XCJ_MAN_SOURCES/.." && pwd)
XCJ=$XCJ sh "$docs/picture.sh" >picture.svg || fail 'the picture cannot be drawn'
same 'the picture is up to date (sh docs/picture.sh)' picture.svg "$docs/explain.svg"

# Every claim: those that nobody asked for follow, shortened, without anything that a terminal obeys.
"$XCJ" mint --key key.json --bare --claims '{"exp":1712687216,"v":1,"auth_time":1712685416,"realm":{"roles":["a"]},"x\u001b[31m":"\u001b[1m",
"https://h.example/c":[1,2],"tenant":"t","long":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}' >many
cat >want <<'END'
ok exp        expires in 20 minutes (2024-04-09 18:26:56 UTC)
ok tenant     "t"
 - v          1
 - auth_time  authenticated 9 minutes ago (2024-04-09 17:56:56 UTC)
 - realm      {"roles":["a"]} (an object of 1)
 - a value of 6 characters "\u001B[1m"
 - https://h.example/c [1,2] (a list of 2)
 - long       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...
END
explained 'every claim' 0 --jwks jwks.json --require tenant --now 1712686000 @many
sed 1,5d steps >claims
same 'every claim' claims want
"$XCJ" mint --key key.json --claims "$(awk 'BEGIN { printf "{"; for (i = 0; i < 40; i++) printf "\"c%d\":%d,", i, i; print "\"d\":1}" }')" >numerous
explained 'more claims than are shown' 0 --jwks jwks.json @numerous
grep -qx 'and 9 more claims' steps || fail 'more claims than are shown'
"$XCJ" mint --key key.json --bare --claims '{"exp":9999999999,"sub":5,"aud":{}}' >wrong
explained 'wrong types' 8 --jwks jwks.json --sub alice --aud a @wrong
grep -qx 'NO sub        5 is not a string, expected "alice"' steps || fail "wrong types: $(cat steps)"
grep -qx 'NO aud        {} is neither a string nor a list, expected "a"' steps || fail "wrong types: $(cat steps)"
finish
