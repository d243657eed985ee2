#!/bin/sh
# lint: every finding, each beside a twin that has it not; where the operand comes from; exit statuses; golden texts.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq

# ids: those of the last run with --json. lints NAME STATUS IDS WORD...: this exit status and exactly these ids, in order.
ids() {
    grep -o '"id":"[^"]*' out | cut -c 7- | paste -s -d ' '
}
lints() {
    lint_name=$1
    lint_status=$2
    lint_ids=$3
    shift 3
    run lint --json --now 1712686000 "$@"
    checks=$((checks + 1))
    if [ "$status" -ne "$lint_status" ] || [ "$(ids)" != "$lint_ids" ] || [ -s err ] || [ "$(wc -l <out)" -ne 1 ]; then
        fail "$lint_name: wanted exit $lint_status and: $lint_ids"
        show
    fi
}

# ---- keys
for alg in RS256 ES256 EdDSA HS256; do
    "$XCJ" keygen --alg "$alg" --kid "$alg" --use sig -o "$alg.json" --public-out "$alg.pub" 2>/dev/null ||
        "$XCJ" keygen --alg "$alg" --kid "$alg" --use sig -o "$alg.json" || fail keygen
    lints "a good $alg key" 0 '' "$alg.json"
done
"$XCJ" jwks RS256.json ES256.json EdDSA.json >set.json
lints 'a good set' 0 '' set.json

# edit FILE FILTER: the key or set through jq, into the file `edited`.
edit() {
    jq -c "$2" "$1" >edited
}
# with NAME STATUS IDS FILE FILTER [OPTION]...: lints what the filter makes of the file.
with() {
    edit "$4" "$5"
    with_name=$1 with_status=$2 with_ids=$3
    shift 5
    lints "$with_name" "$with_status" "$with_ids" "$@" edited
}
with 'no labels' 0 'kid-missing use-missing alg-missing' ES256.pub 'del(.kid, .use, .alg)'
with 'an empty kid' 0 'kid-empty' ES256.pub '.kid = ""'
with 'of encryption' 0 'alg-other' RS256.pub '.alg = "RSA-OAEP" | .use = "enc"'
with 'enc and an alg of signatures' 9 'use-conflict' RS256.pub '.use = "enc"'
with 'another use' 0 'use-unknown' RS256.pub '.use = "tls"'
with 'an alg of another type' 9 'alg-mismatch' ES256.pub '.alg = "RS256"'
with 'an alg of another curve' 9 'alg-mismatch' ES256.pub '.alg = "ES384"'
with 'SH256' 9 'alg-misspelt' HS256.json '.alg = "SH256"'
with 'key_ops that fit' 0 '' RS256.pub '.key_ops = ["verify"]'
with 'key_ops that contradict use' 9 'use-conflict' RS256.pub '.key_ops = ["wrapKey"]'
with 'key_ops of a private key' 0 'key-ops-private' RS256.pub '.key_ops = ["sign"]'
with 'key_ops twice' 9 'key-malformed' RS256.pub '.key_ops = ["verify", "verify"]'
with 'leading zeros' 9 'leading-zeros' RS256.pub '.e = "AAEAAQ"'
with 'padding' 9 'base64url' RS256.pub '.n += "=="'
with 'stray bits' 9 'base64url' ES256.pub '.x |= .[:-1] + {"A":"B","E":"F","I":"J","M":"N","Q":"R","U":"V","Y":"Z","c":"d","g":"h","k":"l","o":"p","s":"t","w":"x","0":"1","4":"5","8":"9"}[.[-1:]]'
with 'a point off the curve' 9 'key-malformed' ES256.pub '.y = .x'
with 'no modulus' 9 'key-malformed' RS256.pub 'del(.n)'
with 'an unknown type' 0 'key-unsupported' ES256.pub '.kty = "ML-DSA"'
with 'an unknown curve' 0 'key-unsupported' ES256.pub '.crv = "BP-256"'
with 'a small exponent' 0 'exponent-small' RS256.pub '.e = "Aw"'
with 'a large exponent' 0 'exponent-odd' RS256.pub '.e = "AQAAAQ"'
with 'a short secret' 9 'secret-short' HS256.json '.alg = "HS512"'
with 'a typed secret' 0 'secret-typed' HS256.json '.k = "cGFzc3dvcmQtcGFzc3dvcmQtcGFzc3dvcmQtcGFzc3c"'
with 'a typed short secret' 9 'secret-short secret-typed' HS256.json '.k = "cGFzc3dvcmQ"'
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024 -out weak.pem 2>/dev/null
lints 'a weak RSA key, PEM' 9 'rsa-weak' weak.pem
"$XCJ" convert --public --to jwk --alg RS256 --kid w --use sig weak.pem >weak.json 2>/dev/null
lints 'a weak RSA key, JWK' 9 'rsa-weak' weak.json
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2052 -out odd.pem 2>/dev/null
lints 'an RSA key of an odd size' 0 'rsa-odd' odd.pem
openssl pkey -in odd.pem -outform DER -out odd.der
lints 'DER' 0 'rsa-odd' odd.der
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem 2>/dev/null
lints 'a good PEM' 0 '' ec.pem
openssl pkey -in weak.pem -aes256 -passout pass:sesame -out locked.pem
printf 'sesame\n' >pass
lints 'an encrypted PEM' 9 'rsa-weak' --passphrase pass locked.pem
PASS=sesame lints 'an encrypted PEM' 9 'rsa-weak' --passphrase env:PASS locked.pem
refuse 'an encrypted PEM without its passphrase' 3 '--passphrase FILE' lint locked.pem
refuse 'two passphrases' 2 '--passphrase was given twice' lint --passphrase env:PASS --passphrase pass locked.pem

# ---- what the library reads leniently, and containers
with 'null members' 0 'null-member null-member' ES256.json '.x5c = null | .oth = null'
with 'empty members' 0 'empty-member empty-member' RS256.json '.x5c = [] | .oth = []'
with 'an empty key_ops' 0 'key-ops-empty' ES256.json 'del(.use) | .key_ops = []'
with 'an x with a leading zero' 9 'key-malformed' ES256.json '.x = "AAAA" + .x[0:40]'
"$XCJ" convert RS256.json >rsa.pem
openssl req -x509 -key rsa.pem -subj /CN=x -days 30 -outform DER -out own.der 2>/dev/null
jq -n --arg c "$(base64 own.der | tr -d '\n')" '{kty: "RSA", kid: "a", use: "sig", alg: "RS256", x5c: [$c]}' >x5c.json
lints 'a key in x5c alone' 0 'x5c-only certificate-early' x5c.json
with 'a use of SPIFFE' 0 'use-spiffe' ES256.json '.use = "jwt-svid"'
jq -c '[.]' ES256.json >array.json
lints 'a bare array' 9 'private-in-set' array.json
jq -c '{jwks: {keys: [.]}}' ES256.json >client.json
lints 'a set in jwks' 9 'private-in-set' client.json
base64 ES256.json >wrapped
lints 'a key through base64' 0 '' wrapped
for form in 'base64' 'iconv -f UTF-8 -t UTF-16' 'iconv -f UTF-8 -t UTF-16LE' "jq -R ."; do
    $form <array.json >wrapped
    lints "an array through $form" 9 'private-in-set' wrapped
done
printf '{"issuer":"https://i.example","jwks_uri":"https://i.example/jwks"}' >discovery
refuse 'a discovery document' 3 'https://i.example/jwks' lint discovery

# ---- sets
with 'kid missing in a set' 0 'kid-missing' set.json 'del(.keys[1].kid)'
with 'kid twice' 9 'kid-duplicate' set.json '.keys += [.keys[0] | .n = .n[0:100] + "AAAA" + .n[104:]]'
with 'a key twice' 0 'kid-duplicate' set.json '.keys += [.keys[0]]'
with 'kid twice, of two types' 0 'kid-duplicate' set.json '.keys[1].kid = .keys[0].kid'
jq -s -c '{keys: .}' RS256.json ES256.json HS256.json >private.set
lints 'private members in a set' 9 'private-in-set private-in-set secret-in-set' private.set
lints 'a set that is not published' 0 '' --private private.set

# ---- dates of private keys; the present is 1712686000
with 'no date' 9 'key-malformed' ES256.json '.nbf = "2024-04-09"'
with 'a date before 1970' 9 'key-malformed' ES256.json '.exp = -1'
with 'a date in milliseconds' 9 'key-malformed' ES256.json '.exp = 1712686000000'
with 'an end before the beginning' 9 'key-malformed' ES256.json '.nbf = 1712686000 | .exp = 1712685000'
with 'a key that signs' 0 '' ES256.json '.nbf = 1712686000 | .exp = 1712772401'
with 'a key that signs for another day' 0 'signer-ends' ES256.json '.nbf = 1712686000 | .exp = 1712772400'
with 'a key that ended' 9 'signer-missing' ES256.json '.exp = 1712686000'
with 'a key that has not begun' 9 'signer-missing' ES256.json '.nbf = 1712686001'
with 'dates of a public key' 0 '' ES256.pub '.exp = 5'
jq -s -c '.[0].exp = 1712686000 | .[1] += {nbf: 1712686000, exp: 1712687000} | .[2].nbf = 1712687000 | {keys: .}' \
    RS256.json ES256.json EdDSA.json >turns.set
lints 'keys that take turns' 0 '' --private --strict turns.set
with 'a turn that is missing now' 9 'signer-missing' turns.set 'del(.keys[1])' --private
with 'a turn that is missing later' 9 'signer-gap' turns.set '.keys[1].exp -= 1' --private
with 'no turn after the last' 0 'signer-ends' turns.set 'del(.keys[2])' --private
with 'no turn after the last, which is not soon' 0 '' turns.set '.keys[2].exp = 1712772401' --private
with 'only turns that ended' 9 'signer-missing' turns.set '{keys: [.keys[0]]}' --private
with 'a key in turns without a kid' 9 'kid-missing turns-refused' turns.set 'del(.keys[1].kid)' --private
with 'a public key in turns' 9 'turns-refused' turns.set 'del(.keys[1].d)' --private
with 'a key in turns that cannot be used' 9 'key-malformed' turns.set 'del(.keys[0].n)' --private
with 'tokens of the key that ended are valid' 0 '' turns.set '.keys[0].exp = 1712599601' --private
with 'tokens of the key that ended have expired' 0 'key-ended' turns.set '.keys[0].exp = 1712599600 | .keys[1].nbf = 5' --private
with 'the same, with tokens that live longer' 0 '' turns.set '.keys[0].exp = 1712599600 | .keys[1].nbf = 5' \
    --private --max-lifetime 2d
edit turns.set 'del(.keys[1])'
run lint --private --now 1712686000 edited
out_is 'who signs before and after' 'set: error: no key signs now: the last one, kid "RS256", ended now (2024-04-09 18:06:40 UTC); the next one, kid "EdDSA", begins in 16 minutes (2024-04-09 18:23:20 UTC) [signer-missing]'
edit turns.set 'del(.keys[2])'
run lint --private --now 1712686000 edited
out_is 'no turn after the last' 'set: warning: no key signs after the present one, which ends in 16 minutes (2024-04-09 18:23:20 UTC) [signer-ends]'
edit turns.set '.keys[0].exp = 1700000000 | .keys[1].nbf = 5'
run lint --private --now 1712686000 edited
out_is 'a key that nothing needs' 'key 0 (kid "RS256") exp: note: was 4 months ago (2023-11-14 22:13:20 UTC): its tokens have expired, and nothing needs the key [key-ended]'
with 'an empty set' 0 'set-empty' set.json '.keys = []'
with 'a set that is none' 9 'set-malformed' set.json '.keys = {}'
with 'a key that is none' 9 'key-malformed' set.json '.keys = [1]'
printf '{"kty":"oct","k":"AA","k":"AQ"}' >twice
lints 'a member twice' 9 'duplicate-member kid-missing use-missing alg-missing secret-short' twice
jq -n -c '{keys: [range(1500) | {kty: "x", kid: "\(.)"}]}' >many
run lint many
came_to 'very many findings' 0
out_has 'very many findings' 'and 2872 more'
jq -c '.keys += [.keys[0]]' many >many.json
run lint many.json
[ "$status" -eq 9 ] || fail 'an error behind many findings: exit 9'
out_has 'an error behind many findings' 'kid-duplicate'

deep=$(awk 'BEGIN { printf "{\"keys\":"; for (i = 0; i < 64; i++) printf "["; for (i = 0; i < 64; i++) printf "]"; printf "}" }')
printf '%s' "$deep" >deep
refuse 'a set of 65 levels' 3 'deep: is nested deeper than 64 levels' lint deep
printf '%s' "$deep" | sed 's/\[//;s/\]//' >deep
lints 'a set of 64 levels' 9 'key-malformed' deep

# ---- certificates
"$XCJ" convert ES256.json -o own.pem
openssl req -new -x509 -key own.pem -subj /CN=x -days 3650 -out cert.pem 2>/dev/null
openssl x509 -in cert.pem -outform DER -out cert.der
x5c=$(openssl base64 -A -in cert.der)
x5t=$(openssl dgst -sha1 -binary cert.der | b64u)
x5t256=$(openssl dgst -sha256 -binary cert.der | b64u)
# Certificates are made now, and the clock of these tests is as fixed as theirs is not.
now=$(date +%s)
full=".x5c = [\"$x5c\"] | .x5t = \"$x5t\" | .\"x5t#S256\" = \"$x5t256\""
edit ES256.pub "$full"
run lint --json --now "$((now + 60))" edited
came_to 'a certificate that fits' 0
[ -z "$(ids)" ] || fail "a certificate that fits: $(ids)"
run lint --json --now "$((now + 3651 * 86400))" edited
[ "$(ids)" = certificate-expired ] || fail "an expired certificate: $(ids)"
lints 'a certificate of tomorrow' 0 'certificate-early' edited
run lint --json --now "$((now + 3651 * 86400))" cert.pem
[ "$(ids)" = certificate-expired ] || fail "an expired certificate, PEM: $(ids)"
run lint --json --now "$((now + 3651 * 86400))" cert.der
[ "$(ids)" = certificate-expired ] || fail "an expired certificate, DER: $(ids)"
with 'a wrong x5t' 9 'certificate-early thumbprint-mismatch' ES256.pub "$full | .x5t = \"AAAAAAAAAAAAAAAAAAAAAAAAAAA\""
with 'a wrong x5t#S256' 9 'certificate-early thumbprint-mismatch' ES256.pub "$full | .\"x5t#S256\" = .x"
with 'an x5t of another length' 9 'thumbprint-malformed' ES256.pub '.x5t = "AAAA"'
with 'an x5t without x5c' 0 '' ES256.pub ".x5t = \"$x5t\""
with 'a certificate of another key' 9 'certificate-early certificate-mismatch' RS256.pub ".x5c = [\"$x5c\"]"
with 'a certificate that is none' 9 'certificate-malformed' ES256.pub '.x5c = ["AAAA"]'
with 'certificates that are none' 9 'certificate-malformed' ES256.pub '.x5c = "AAAA"'

# ---- tokens
good='{"iss":"i","sub":"s","aud":"a","iat":1712685416,"exp":1712687216}'
sig=$(printf '%032d' 0 | b64u)
# token HEADER CLAIMS [SIGNATURE]
token() {
    printf '%s.%s.%s' "$(printf '%s' "$1" | b64u)" "$(printf '%s' "$2" | b64u)" "${3-$sig}"
}
head='{"alg":"HS256","typ":"JWT","kid":"k"}'
lints 'a good token' 0 '' "$(token "$head" "$good")"
# headed NAME STATUS IDS HEADER, claimed NAME STATUS IDS CLAIMS
headed() {
    lints "$1" "$2" "$3" "$(token "$4" "$good")"
}
claimed() {
    lints "$1" "$2" "$3" "$(token "$head" "$4")"
}
headed 'no typ, no kid' 0 'kid-missing typ-missing' '{"alg":"HS256"}'
headed 'none' 9 'alg-none' '{"alg":"none","typ":"JWT","kid":"k"}'
headed 'NoNe' 9 'alg-none' '{"alg":"NoNe","typ":"JWT","kid":"k"}'
headed 'no alg' 9 'alg-missing' '{"typ":"JWT","kid":"k"}'
headed 'an unknown alg' 9 'alg-unknown' '{"alg":"hs256","typ":"JWT","kid":"k"}'
headed 'members that are no text' 9 'member-type member-type member-type' '{"alg":1,"typ":2,"kid":3}'
headed 'an empty kid' 0 'kid-empty' '{"alg":"HS256","typ":"JWT","kid":""}'
headed 'a path' 0 'kid-suspicious' '{"alg":"HS256","typ":"JWT","kid":"../../etc/passwd"}'
headed 'SQL' 0 'kid-suspicious' "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"x' or 1=1\"}"
headed 'NUL' 0 'kid-suspicious' '{"alg":"HS256","typ":"JWT","kid":"a\u0000b"}'
headed 'a kid that is a URL' 0 '' '{"alg":"HS256","typ":"JWT","kid":"https://a.example/keys/1"}'
headed 'a jwk' 0 'key-embedded' '{"alg":"HS256","typ":"JWT","kid":"k","jwk":{"kty":"EC"}}'
headed 'a private jwk' 9 'key-embedded key-exposed' '{"alg":"HS256","typ":"JWT","kid":"k","jwk":{"kty":"EC","d":"x"}}'
headed 'an x5c' 0 'key-embedded' '{"alg":"HS256","typ":"JWT","kid":"k","x5c":["x"]}'
headed 'a jku' 0 'key-url' '{"alg":"HS256","typ":"JWT","kid":"k","jku":"https://a.example/jwks"}'
headed 'plain URLs' 0 'key-url-plain key-url-plain' '{"alg":"HS256","typ":"JWT","kid":"k","jku":"http://a.example/","x5u":1}'
headed 'crit' 0 'crit-unknown' '{"alg":"HS256","typ":"JWT","kid":"k","crit":["exp"],"exp":1}'
headed 'an empty crit' 9 'crit-malformed' '{"alg":"HS256","typ":"JWT","kid":"k","crit":[]}'
headed 'a crit of nothing' 9 'crit-malformed crit-malformed' '{"alg":"HS256","typ":"JWT","kid":"k","crit":["a",1]}'
headed 'b64' 9 'b64' '{"alg":"HS256","typ":"JWT","kid":"k","crit":["b64"],"b64":false}'
headed 'zip' 0 'zip' '{"alg":"HS256","typ":"JWT","kid":"k","zip":"DEF"}'
headed 'a member twice' 9 'duplicate-member' '{"alg":"HS256","typ":"JWT","kid":"k","\u006bid":"l"}'
claimed 'no exp, no aud' 0 'aud-missing exp-missing' '{"iss":"i"}'
claimed 'claims that are no text' 9 'member-type member-type member-type member-type' '{"iss":1,"sub":2,"jti":3,"aud":4,"exp":1712687216}'
claimed 'exp as text' 9 'date-type' '{"aud":"a","exp":"1712687216"}'
claimed 'milliseconds' 9 'date-milliseconds' '{"aud":"a","exp":1712687216000}'
claimed 'never ending' 0 'date-far' '{"aud":"a","exp":1e300}'
claimed 'before 1970' 0 'date-negative' '{"aud":"a","exp":1712687216,"iat":-1}'
claimed 'a number for nobody' 9 'number-large' '{"aud":"a","exp":1e999}'
claimed 'a long life' 0 'lifetime-long' '{"aud":"a","iat":1712685416,"exp":1712771817}'
claimed 'a day' 0 '' '{"aud":"a","iat":1712685416,"exp":1712771816}'
lints 'a day, where an hour is allowed' 0 'lifetime-long' --max-lifetime 1h "$(token "$head" '{"aud":"a","iat":1712685416,"exp":1712771816}')"
lints 'two days, where three are allowed' 0 '' --max-lifetime 3d "$(token "$head" '{"aud":"a","iat":1712685416,"exp":1712858216}')"
claimed 'never valid' 9 'never-valid iat-future' '{"aud":"a","iat":1712687216,"exp":1712687216,"nbf":1712680000}'
claimed 'expired' 0 'expired' '{"aud":"a","exp":1712685000}'
claimed 'not yet' 0 'not-yet-valid' '{"aud":"a","nbf":1712686100,"exp":1712687216}'
claimed 'issued in the future' 0 'iat-future' '{"aud":"a","iat":1712686100,"exp":1712687216}'
claimed 'a clock a little ahead' 0 '' '{"aud":"a","iat":1712686050,"exp":1712687216}'
claimed 'a claim twice' 9 'duplicate-member' '{"aud":"a","exp":1712687216,"aud":"b"}'
claimed 'a claim twice within' 9 'duplicate-member' '{"aud":"a","exp":1712687216,"act":{"s":1,"s":2}}'
claimed 'half a JSON' 9 'claims-not-json' '{"aud":'
claimed 'a lone surrogate' 9 'claims-not-json' '{"aud":"\ud800"}'
claimed 'no JSON' 0 'not-a-jwt' 'hello'
claimed 'large' 0 'large' "{\"aud\":\"a\",\"exp\":1712687216,\"x\":\"$(printf '%09000d' 0)\"}"
lints 'no signature' 9 'signature-empty' "$(token "$head" "$good" '')"
lints 'a short signature' 9 'signature-length' "$(token "$head" "$good" AAAA)"
lints 'a signature in DER' 9 'signature-der' "$(token '{"alg":"ES256","typ":"JWT","kid":"k"}' "$good" MAYCAQECAQE)"
lints 'padding' 9 'base64url' "$(token "$head" "$good" "$sig=")"
lints 'stray bits' 9 'base64url' "$(token "$head" "$good" "${sig%?}B")"
wrapped=" \"Bearer $(token "$head" "$good")\" "
WRAPPED=$wrapped lints 'Bearer, in quotes, in space' 0 'bearer-prefix quotes white-space' env:WRAPPED
token "$head" "$good" >line
printf '\n' >>line
lints 'the line end of a file' 0 '' line
printf '\n' >>line
lints 'two of them' 0 'white-space' line
lints 'a JWE' 0 'encrypted' "$(token '{"alg":"dir"}' x).AAAA.AAAA"
flat="{\"payload\":\"$(printf '%s' "$good" | b64u)\",\"signature\":\"$sig\",\"protected\":\"$(printf '%s' "$head" | b64u)\"}"
printf '%s' "$flat" >flat
lints 'a JSON serialisation' 0 '' flat
printf '%s' "$flat" | sed 's/{/{"payload":"e30",/' >flat.twice
lints 'a JSON serialisation with a member twice' 9 'duplicate-member' flat.twice
printf '{"payload":"e30","signature":"%s","header":{"alg":"HS256"}}' "$sig" >flat.open
lints 'alg in the open' 9 'alg-unprotected kid-missing typ-missing aud-missing exp-missing' flat.open

# ---- where it comes from
token "$head" "$good" >t.jwt
lints 'a token of a file' 0 '' @t.jwt
lints 'a file with a token' 0 '' t.jwt
xcj lint --json - <t.jwt >out
holds 'a token at standard input' jq -e '.kind == "token"' out
xcj lint --json <set.json >out
holds 'a set at standard input' jq -e '.kind == "jwks"' out
xcj lint --json <ES256.json >out
holds 'a key at standard input' jq -e '.kind == "jwk"' out
xcj lint --json <ec.pem >out
holds 'PEM at standard input' jq -e '.kind == "key"' out
cp ES256.json ey.key.json
lints 'a file that is called like a token' 0 '' ./ey.key.json
lints 'the same without its folder' 0 '' ey.key.json
refuse 'a token of that kind' 3 'token' lint ey.key.none
refuse 'no such file' 3 'nowhere.jwk' lint nowhere.jwk
: >empty
refuse 'an empty file' 3 'is empty' lint empty
printf 'hello' >text
refuse 'text' 3 'neither a JWK nor PEM nor DER' lint text
printf '{"a":1}' >object
refuse 'some JSON' 3 'no "kty"' lint object
printf '{"kty":' >half
refuse 'half a JSON' 3 'is not JSON at its offset 7' lint half
refuse 'no such duration' 2 'not a duration' lint --max-lifetime soon t.jwt
refuse 'no such time' 2 'Unix seconds' lint --now soon t.jwt

# ---- several
# several NAME STATUS LINES WORD...: this exit status, and these lines, which are all about weak.pem or object.
several() {
    several_name=$1
    several_status=$2
    several_lines=$3
    shift 3
    run lint --now 1712686000 "$@"
    checks=$((checks + 1))
    if [ "$status" -ne "$several_status" ] || [ "$(cat out err | cut -d : -f 1-3)" != "$several_lines" ]; then
        fail "$several_name: wanted exit $several_status and: $several_lines"
        show
    fi
}
several 'several good ones' 0 '' ES256.json set.json @t.jwt "$(cat t.jwt)"
several 'a bad one among them' 9 'weak.pem: key n: error' ES256.json weak.pem set.json
several 'one that cannot be read: the rest is checked' 3 'weak.pem: key n: error
xcj: object: the JWK has no "kty"' ES256.json object weak.pem
several 'the order does not matter' 3 'weak.pem: key n: error
xcj: object: the JWK has no "kty"' weak.pem object
run lint --json --now 1712686000 ES256.json weak.pem t.jwt
came_to_several=$status
holds 'several for programs: one line each' jq -es 'map([.file, .kind, .errors]) == [["ES256.json", "jwk", 0], ["weak.pem", "key", 1], ["t.jwt", "token", 0]]' out
[ "$came_to_several" -eq 9 ] || fail 'several for programs: exit 9'

# ---- strict
edit ES256.pub 'del(.alg)'
lints 'a note' 0 'alg-missing' edited
lints 'a note, strict' 9 'alg-missing' --strict edited
edit ES256.pub '.kid = ""'
lints 'a warning' 0 'kid-empty' edited
lints 'a warning, strict' 9 'kid-empty' --strict edited
lints 'nothing, strict' 0 '' --strict ES256.pub
run lint --strict ES256.pub edited set.json
[ "$status" -eq 9 ] || fail 'a warning in one of several, strict: exit 9'
accept 'nothing in several, strict' lint --strict ES256.pub set.json
out_is 'without a terminal, no word about no findings' ''

# ---- what it looks like
edit private.set '.keys[0].kid = "a\u001b[31mb" | del(.keys[1].alg) | .keys[2].k = "cGFzc3dvcmQ"'
run lint --now 1712686000 edited
came_to_findings=$status
cat >want <<'END'
key 0 (kid "a?[31mb") d: error: is private: whoever reads the set can sign (--private: it is not published) [private-in-set]
key 1 (kid "ES256") d: error: is private: whoever reads the set can sign (--private: it is not published) [private-in-set]
key 2 (kid "HS256") kty: error: is a shared secret: whoever reads the set can sign (--private: it is not published) [secret-in-set]
key 2 (kid "HS256") k: error: has 64 bits: shorter than the hash of HS256 (RFC 7518 3.2) [secret-short]
key 2 (kid "HS256") k: warning: is printable text, as people make it up; random bytes are not [secret-typed]
key 1 (kid "ES256") alg: note: there is none: a verifier must know what to allow [alg-missing]
END
same 'for people' out want
if [ "$came_to_findings" -ne 9 ] || [ -s err ]; then fail 'for people: exit 9 without a message'; fi
out_lacks 'no secret is shown' cGFzc3dvcmQ
run lint --json --now 1712686000 ./flat.twice
out_is 'for programs' '{"kind":"token","errors":1,"warnings":0,"notes":0,"findings":[{"severity":"error","id":"duplicate-member","part":"token","member":"payload","text":"stands twice: readers differ in which one they take"}]}'

# @FILE is FILE.
"$XCJ" keygen --alg ES256 -o at.json --jwks-out at-set.json || fail 'keygen'
"$XCJ" mint --key at.json --sub a -o at.jwt || fail 'mint'
"$XCJ" convert at.json -o at.pem || fail 'a PEM'
for file in at.json at-set.json at.jwt at.pem; do
    run lint --json --now 1500 $file
    mv out plain && plain_status=$status
    run lint --json --now 1500 @$file
    [ "$status" -eq "$plain_status" ] || fail "lint @$file: exit $status, and $plain_status without @"
    same "lint @$file" out plain
done
grep -q '"kind":"key"' plain || fail 'lint of a PEM'
finish
