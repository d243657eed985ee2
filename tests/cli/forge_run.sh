#!/bin/sh
# forge --run: what a verifier accepts, by the level of the case; commands that are no verifiers; the adapters for PyJWT and jose.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
packages_or_skip openssl jq
adapters=$here/../../examples/forge

"$XCJ" keygen --alg HS256 -o secret.json
"$XCJ" mint --key secret.json --sub alice --expires-in 2d >secret.jwt

# A faultless verifier.
accept 'xcj itself' forge --key secret.json @secret.jwt --must-only -j --run "$XCJ verify --key secret.json"
holds 'xcj itself' jq -e '.forged > 100 and .refused == .forged and .must_refuse == 0 and .strict == 0 and .accepted == [] and .valid_refused == []' out

# One that looks at no claim, and one that accepts anything.
run forge --key secret.json --private secret.json @secret.jwt --run "$XCJ verify --jws --quiet --key secret.json"
[ "$status" -eq 9 ] || fail 'no claims are looked at: exit 9'
out_has 'no claims are looked at' 'accepts must    exp-past '
out_has 'a strict case' 'accepts strict  iat-null '
out_has 'its rule' '(RFC 7519 4.1.4)'
out_lacks 'the signature is checked' 'payload-other'
out_has 'valid tokens' '11 of 11 valid tokens accepted'
run forge --key secret.json -j @secret.jwt --run true
[ "$status" -eq 9 ] || fail 'accepts anything: exit 9'
holds 'accepts anything' jq -e '.refused == 0 and (.accepted | length) == .forged and .must_refuse + .strict == .forged' out
holds 'each with its rule' jq -e 'all(.accepted[]; (.rule | test("^RFC ")) and (.level == "must" or .level == "strict") and (.reason | length) > 4)' out
"$XCJ" forge --key secret.json @secret.jwt --must-only | jq -r .name >must
"$XCJ" forge --key secret.json @secret.jwt | jq -r 'select(.level != "strict") | .name' >want
same '--must-only leaves out what is strict' want must

# Only a strict case: no failure. The command gets the token itself, without a newline, and the environment.
GENUINE=$(cat secret.jwt)
export GENUINE
cat >two.sh <<'END'
token=$(cat; echo .)
case $token in "$GENUINE.") ;; '{'*) printf '%s' "$token" | grep -q '"payload".*"payload"' && printf '%s' "$token" | grep -q "\"payload\":\"$PAYLOAD\",\"protected\"" ;; *) exit 1 ;; esac
END
PAYLOAD=$(part 2 "$GENUINE")
export PAYLOAD
run forge --key secret.json @secret.jwt --run 'sh two.sh'
came_to 'only a strict case' 0
out_has 'only a strict case' 'accepts strict  json-payload-twice-last'
out_has 'only a strict case' 'accepted: 0 that a verifier must refuse, 1 that a strict one refuses'
out_has 'valid tokens that it refuses' 'refuses valid   twin-json-general'

refuse 'no verifier' 2 'the command is no verifier: it refuses the genuine token (exit code 1)' forge --key secret.json @secret.jwt --run false
refuse 'no command' 2 'command not found?' forge --key secret.json @secret.jwt --run nowhere-to-be-found
refuse '-j alone' 2 '--json goes with --run' forge -j --key secret.json @secret.jwt

# The adapters.
cp "$adapters/jose.sh" "$adapters/pyjwt.py" .
"$XCJ" keygen --alg RS256 -o private.json
"$XCJ" convert private.json >private.pem
"$XCJ" convert --public private.json >public.pem
"$XCJ" convert --public --to jwk private.json >public.json
"$XCJ" mint --key private.json --sub alice --claim role=admin --expires-in 2d >rsa.jwt
"$XCJ" forge --key public.json --private private.json @rsa.jwt >corpus
# judged NAME COMMAND CASE YES|NO: what the adapter says of a case.
judged() {
    checks=$((checks + 1))
    jq -j --arg n "$3" 'select(.name == $n) | .token' corpus >token
    if sh -c "$2" <token >log 2>&1; then judged=yes; else judged=no; fi
    [ "$judged" = "$4" ] || fail "$1: $3 accepted: $judged"
}
if command -v jose >/dev/null; then
    jose='sh jose.sh public.json'
    judged jose "$jose" exp-past yes
    run forge -j --key public.json @rsa.jwt --run "$jose"
    holds 'jose' jq -e '.refused > 80 and all(.accepted[]; .name | test("^alg-none|^json-none|payload-other|^hs") | not)' out
fi
if packages_have python jwt && packages_have python cryptography; then
    pyjwt='/usr/bin/python3 pyjwt.py public.pem RS256'
    for each in twin-genuine twin-signed; do judged PyJWT "$pyjwt" $each yes; done
    for each in alg-none-claims hs256-spki-pem payload-other exp-past nbf-future; do judged PyJWT "$pyjwt" $each no; done
else
    printf 'SKIP: python3-jwt or python3-cryptography is not installed; %s checks\n' "$checks"
    [ "$failures" -eq 0 ] || exit 1
    exit 77
fi
finish
