#!/bin/sh
# The schema of a verdict describes every verdict: each required member is there, each member is described, and has a type, value and range
# that the schema allows. A small checker in jq knows the words that this schema uses, and no others.
schema=$(cd "$(dirname "$0")/../.." && pwd)/docs/verdict.schema.json
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip jq
cat >check.jq <<'END'
def type_of: if type == "number" then (if floor == . then "integer" else "number" end) else type end;
def types(s): if (s.type | type) == "array" then s.type else [s.type] end;
def conforms(s): . as $value |
    (s.type == null or (types(s) | index($value | type_of)) != null) and (s.enum == null or (s.enum | index([$value])) != null) and
    (s.pattern == null or ($value | test(s.pattern))) and (s.minimum == null or $value >= s.minimum) and
    (s.maximum == null or $value <= s.maximum) and (s.items == null or ($value | type) != "array" or all($value[]; conforms(s.items))) and
    (s.required == null or (s.required - ($value | keys)) == []) and
    (s.properties == null or all($value | to_entries[]; .key as $key | s.properties[$key] != null and (.value | conforms(s.properties[$key]))));
conforms($schema[0])
END
# conforms NAME: each line of `out`.
conforms() {
    checks=$((checks + 1))
    [ -s out ] || fail "$1: no verdict"
    while read -r line; do
        printf '%s\n' "$line" | jq -e --slurpfile schema "$schema" -f check.jq >/dev/null || fail "$1: $line"
    done <out
}
# shellcheck disable=SC2016 # a dollar sign of JSON
known='["$id","$schema","description","enum","items","maximum","minimum","pattern","properties","required","title","type"]'
# shellcheck disable=SC2016 # variables of jq
holds 'the checker knows every word of the schema' jq -e --argjson known "$known" \
    '([.. | objects | select(has("type") or has("enum")) | keys[]] | unique) - $known == []' "$schema"

"$XCJ" keygen --alg ES256 --kid k -o key.json --jwks-out jwks.json
"$XCJ" keygen --alg ES256 --kid other -o other.json
"$XCJ" mint --key key.json --sub a --aud api://a >token
for words in '' '--aud api://b --iss i --sub b --typ at+jwt --require tenant' '--now 1' '--now 9999999999' '--alg RS256' '--jws' '--unwrap'; do
    # shellcheck disable=SC2086 # words
    run verify --json --jwks jwks.json $words @token
    conforms "verify $words"
done
run verify --json --jwks other.json @token
conforms 'another key'
run verify --json --jwks jwks.json a.b
conforms 'no token'

# says NAME FILTER WORD...: the verdict has it.
says() {
    says_name=$1
    says_filter=$2
    shift 2
    run verify --json "$@"
    conforms "$says_name"
    holds "$says_name" jq -e "$says_filter" out
}
"$XCJ" mint --key key.json --bare --claims '{"sub":"a"}' >no-exp
"$XCJ" jwks key.json other.json >both.json
"$XCJ" keygen --alg ES256 --kid none -o bare.json
"$XCJ" keygen --alg ES256 --kid none -o bare2.json
"$XCJ" keygen --alg HS256 --kid none -o oct.json
{ "$XCJ" convert --public --to jwk bare.json && "$XCJ" convert --public --to jwk bare2.json; } | jq -s '{keys: .}' >bare-set.json
print=$("$XCJ" thumbprint key.json)
says 'all is checked' '.not_checked == []' --jwks jwks.json --iss i --aud api://a @token
says 'aud alone is checked' '.not_checked == ["iss"] and .ok' --jwks jwks.json --aud api://a @token
says 'neither is asked for' '.not_checked == ["iss", "aud"] and .ok' --jwks jwks.json @token
says 'exp may be missing, and is there' '.not_checked == ["iss", "aud"]' --jwks jwks.json --allow-no-exp @token
says 'exp is missing' '.not_checked == ["iss", "aud", "exp"] and .ok' --jwks jwks.json --allow-no-exp @no-exp
says 'exp is missing, refused' '.not_checked == ["aud", "exp"] and .exit == 8' --jwks jwks.json --allow-no-exp --iss x @no-exp
says 'exp is there, refused' '.not_checked == ["aud"] and .exit == 8' --jwks jwks.json --allow-no-exp --iss x @token
says 'exp is asked for' '.not_checked == ["iss", "aud"] and .failed == ["exp"]' --jwks jwks.json @no-exp
says 'signature alone' '.not_checked == ["iss", "aud", "exp"]' --jwks jwks.json --jws @token
tried="[{kid: \"k\", thumbprint: \"$print\"}]"
says 'the key that verified' ".tried == $tried" --jwks both.json @token
says 'the key of a refused token' ".tried == $tried and .exit == 6" --jwks both.json --now 9999999999 @token
says 'the key given, another' '(.tried | map(.kid)) == ["other"] and .exit == 4' --key other.json @token
says 'no key of the set' '.tried == [] and .exit == 5' --jwks other.json @token
says 'another algorithm' '.tried == [] and .exit == 9' --jwks both.json --alg RS256 @token
unknown=$(printf '{"alg":"XX256","kid":"k"}' | b64u).$(part 2 "$(cat token)").AAAA
says 'an unknown algorithm' '.tried == [] and .exit == 9' --jwks both.json "$unknown"
says 'malformed' '.tried == null' --jwks both.json a.b
says 'the keys without a kid' '(.tried | map(.kid)) == [null, null] and .exit == 4' --jwks bare-set.json --try-keys @token
says 'several, none tried' '.tried == [] and .exit == 5' --jwks bare-set.json @token
"$XCJ" mint --key oct.json --bare --claims '{"exp":9999999999}' >oct-token
says 'a shared secret' '.tried == [{kid: null, thumbprint: null}] and .ok' --key oct.json @oct-token
says 'a shared secret in a batch' '.tried == [{kid: null, thumbprint: null}] and .ok' --key oct.json --batch @oct-token
{ cat token && printf 'x\n' && cat token; } >lines
run verify --json --batch --jwks jwks.json @lines
conforms 'a batch'
[ "$(wc -l <out)" -eq 3 ] || fail 'a batch: three verdicts'

run verify --json --jwks jwks.json @token x @no-exp
conforms 'several operands'
[ "$(wc -l <out)" -eq 3 ] || fail 'several operands: three verdicts'
run verify --json --batch --jwks jwks.json @lines @lines
conforms 'several batches'

# The checker finds what is wrong.
run verify --json --jwks jwks.json @token
for change in 'del(.ok)' '.exit = 12' '.exit = 1.5' '.code = "x"' '.failed = ["x"]' '.alg = 1' '.new = 1' '.header = []' '.line = 0' '.operand = 0' \
    '.not_checked = ["sub"]' 'del(.not_checked)' '.tried = [{}]' '.tried = [{"kid": 1, "thumbprint": null}]' 'del(.tried)'; do
    checks=$((checks + 1))
    if jq "$change" out | jq -e --slurpfile schema "$schema" -f check.jq >/dev/null 2>&1; then fail "the checker accepts $change"; fi
done
finish
