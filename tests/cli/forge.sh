#!/bin/sh
# forge: our verifier refuses every case for a reason of its own and accepts every twin; the attacks are real ones; names do not
# change; each forged token has the rule that it breaks; exit statuses and messages.
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=lib.sh
. "$here/lib.sh"
packages_or_skip openssl jq
claims='{"sub":"alice","n":12345678901234,"exp":32503680000}'

run forge --list
came_to 'the list' 0
cut -f 1,2 out >names
same 'names do not change, nor their order' names "$here/forge.names"
[ -z "$(cut -f 1 names | sort | uniq -d)" ] || fail "a name twice: $(cut -f 1 names | sort | uniq -d)"
grep -c -v '	.*	..' out >odd.lines
printf '0\n' | cmp -s - odd.lines || fail 'each has a reason'
awk -F '\t' '($2 == "accept") != ($4 == "")' out >odd
[ ! -s odd ] || fail "a forged token has a rule, a valid one has none: $(cat odd)"
awk -F '\t' '$2 == "must" && $4 !~ /^RFC [0-9]+ [0-9.]+$/ || $2 == "strict" && $4 !~ /^RFC [0-9]+ [0-9.]+: ./' out >odd
[ ! -s odd ] || fail "what must be refused has a section, what is strict also the reason: $(cat odd)"
if grep -i -e 'must refuse' -e hole -e vulnerab out; then fail 'a strict case sounds like one that must be refused'; fi
grep 'needs --private' out | cut -f 1 | sort >private.names

# judge NAME KEY OPTION...: what xcj verify says of each line of `corpus`, with its name and what was expected, in `judged`.
judge() {
    judge_name=$1
    # What is blank, or has a line end in it, is no line of a batch.
    apart='test("\n|\r$|^[ \t\r]*$")'
    jq -r "select(.token | $apart | not) | .name + \"\t\" + .expect" corpus >asked
    jq -r ".token | select($apart | not)" corpus >tokens
    "$XCJ" verify --batch --json --key "$2" - <tokens >verdicts 2>err
    [ "$(wc -l <asked)" -eq "$(wc -l <verdicts)" ] || fail "$judge_name: a verdict for each"
    paste asked verdicts >judged
    jq -r "select(.token | $apart) | .name" corpus >wrapped
    while read -r each; do
        jq -j --arg n "$each" 'select(.name == $n) | .token' corpus >wrapped.token
        run verify --json --key "$2" @wrapped.token
        printf '%s\trefuse\t%s\n' "$each" "$(cat out)" >>judged
    done <wrapped
    awk -F '\t' '($2 == "accept") != ($3 ~ /"ok":true/) { print $1 }' judged >wrong
    checks=$((checks + $(wc -l <judged)))
    while read -r each; do fail "$judge_name: $each is judged wrongly"; done <wrong
}

for alg in RS256 PS384 ES256 ES256K EdDSA HS256; do
    "$XCJ" keygen --alg "$alg" --kid "k-$alg" -o "$alg.json" || fail keygen
    "$XCJ" convert --public --to jwk "$alg.json" >"$alg.pub" 2>/dev/null || cp "$alg.json" "$alg.pub"
    "$XCJ" mint --key "$alg.json" --claims "$claims" >"$alg.jwt" || fail mint
    run forge --key "$alg.pub" --private "$alg.json" "@$alg.jwt"
    came_to "$alg" 0
    cp out corpus
    holds "$alg: each line has its members" jq -e -s 'all(.[]; keys - ["level", "rule"] == ["expect", "form", "name", "reason", "token"] and
        (.expect == "accept" or .level == "must" or .level == "strict") and (has("rule") == (.expect == "refuse")))' corpus
    judge "$alg" "$alg.pub"
    grep -c 'accept' asked >twins
    printf '11\n' | cmp -s - twins || fail "$alg: eleven twins"
    jq -r .name corpus >have
    checks=$((checks + 1))
    cut -f 1 names >names.only
    grep -F -x -f have names.only | cmp -s - have || fail "$alg: the names are in the order of the list"
    # What is wrong under a good signature is not refused for its signature, or it would show nothing.
    grep XCJ_ERR_SIGNATURE judged | cut -f 1 | sort | comm -12 - private.names | grep -v -x -e 'pss-.*' -e 'pkcs1-sha1' >vain
    while read -r each; do fail "$alg: $each is refused for its signature only"; done <vain
    # Without the private key: the rest, and no more than the genuine token for twins.
    run forge --key "$alg.pub" "@$alg.jwt"
    came_to "$alg, public" 0
    jq -r .name out | sort >have.public
    checks=$((checks + 1))
    sort have | comm -23 - private.names | cmp -s - have.public || fail "$alg: without --private, what does not need it"
    mv corpus "$alg.corpus"
done

# token CORPUS NAME
token() {
    jq -r --arg n "$2" 'select(.name == $n) | .token' "$1"
}

# The attacks are what they say: who falls for one accepts it.
"$XCJ" convert --to pem RS256.pub >rs.pem
"$XCJ" convert --to pem ES256.pub >es.pem
# mac_is NAME TOKEN KEYFILE
mac_is() {
    checks=$((checks + 1))
    mac=$(printf '%s.%s' "$(part 1 "$2")" "$(part 2 "$2")" |
        openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -v -tx1 "$3" | tr -d ' \n')" -binary | b64u)
    [ "$mac" = "$(part 3 "$2")" ] || fail "$1"
}
mac_is 'hs256-spki-pem is HMAC with the PEM' "$(token RS256.corpus hs256-spki-pem)" rs.pem
printf '%s' "$(cat es.pem)" >stripped
mac_is 'hs256-spki-pem-stripped' "$(token ES256.corpus hs256-spki-pem-stripped)" stripped
sed "s/\$/$(printf '\r')/" rs.pem >crlf
mac_is 'hs256-spki-pem-crlf' "$(token RS256.corpus hs256-spki-pem-crlf)" crlf
openssl pkey -pubin -in rs.pem -outform DER -out der
mac_is 'hs256-spki-der' "$(token RS256.corpus hs256-spki-der)" der
openssl rsa -pubin -in rs.pem -RSAPublicKey_out -out pkcs1 2>/dev/null
mac_is 'hs256-pkcs1-pem' "$(token RS256.corpus hs256-pkcs1-pem)" pkcs1
openssl rsa -pubin -in rs.pem -RSAPublicKey_out -outform DER -out pkcs1.der 2>/dev/null
mac_is 'hs256-pkcs1-der' "$(token RS256.corpus hs256-pkcs1-der)" pkcs1.der
b64u_decode "$(jq -r .n RS256.pub)" >modulus
mac_is 'hs256-modulus' "$(token RS256.corpus hs256-modulus)" modulus
mac_is 'hs256-file' "$(token RS256.corpus hs256-file)" RS256.pub
b64u_decode "$(jq -r .x EdDSA.pub)" >point
mac_is 'hs256-point' "$(token EdDSA.corpus hs256-point)" point
for alg in RS256 PS384 ES256 EdDSA HS256; do
    token $alg.corpus embedded-jwk >embedded
    b64u_decode "$(part 1 "$(cat embedded)")" | jq -c .jwk >attacker.json
    accept "$alg: the embedded key verifies" verify --key attacker.json @embedded
    token $alg.corpus embedded-x5c >embedded
    b64u_decode "$(part 1 "$(cat embedded)")" | jq -r '.x5c[0]' | openssl base64 -d -A >attacker.der
    accept "$alg: the embedded certificate verifies" verify --key attacker.der @embedded
done
forged=$(token ES256.corpus ecdsa-der)
printf '%s.%s' "$(part 1 "$forged")" "$(part 2 "$forged")" >input
b64u_decode "$(part 3 "$forged")" >sig
holds 'ecdsa-der is what OpenSSL verifies' openssl dgst -sha256 -verify es.pem -signature sig input
b64u_decode "$(part 2 "$(token ES256.corpus base64-stray-payload)")" >stray 2>/dev/null
b64u_decode "$(part 3 "$(cat RS256.jwt)")" >sig
for each in base64-stray-signature base64-standard-signature; do
    b64u_decode "$(part 3 "$(token RS256.corpus $each)")" >same.sig 2>/dev/null
    same "$each is the same signature to a careless decoder" sig same.sig
done
holds 'a decoder that drops stray bits reads the claims' grep -q alice stray
if command -v jose >/dev/null; then
    for alg in RS256 ES256 HS256; do
        for each in twin-genuine twin-signed twin-claims-space; do
            token $alg.corpus $each | tr -d '\n' >twin
            holds "jose verifies $each of $alg" jose jws ver -i twin -k $alg.pub
        done
        token $alg.corpus signature-stripped | tr -d '\n' >stripped
        checks=$((checks + 1))
        ! jose jws ver -i stripped -k $alg.pub >/dev/null 2>&1 || fail "jose takes signature-stripped of $alg"
    done
fi

# Where key and token come from.
"$XCJ" jwks RS256.json ES256.json EdDSA.json >set.json
run forge --key set.json - <ES256.jwt
came_to 'a set, from which the kid chooses' 0
jq -r .name out >of.set
run forge --key es.pem @ES256.jwt
came_to 'PEM' 0
jq -r .name out >of.pem
same 'a set and PEM make the same cases' of.set of.pem
TOKEN=$(cat ES256.jwt) accept 'of the environment' forge --key ES256.pub env:TOKEN
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:sesame -out locked.pem 2>/dev/null
printf 'sesame\n' >pass
"$XCJ" convert --passphrase pass --public --to pem locked.pem >open.pem
"$XCJ" convert --passphrase pass --to jwk locked.pem >own.json
"$XCJ" mint --key own.json --claims "$claims" >own.jwt
accept 'an encrypted private key' forge --key open.pem --private locked.pem --passphrase pass @own.jwt
PASS=sesame accept 'an encrypted private key' forge --key open.pem --private locked.pem --passphrase env:PASS @own.jwt

# A key that names no algorithm allows those of its type: what is signed for one of them is not forged.
run forge --key RS256.pub --private RS256.json @RS256.jwt
out_has 'a key with alg' '"name":"alg-signed-ps256"'
jq -c 'del(.alg)' RS256.pub >free.pub
run forge --key free.pub --private RS256.json @RS256.jwt
came_to 'a key without alg' 0
out_lacks 'a key without alg' alg-signed-
cp out corpus
judge 'a key without alg' free.pub

# A token whose twins would be refused is named.
run forge --now 32503680001 --key ES256.pub @ES256.jwt
came_to 'expired' 0
err_has 'expired' 'warning: ES256.jwt: the token has expired'
one_line 'expired'
"$XCJ" mint --bare --key ES256.json --claims '{"sub":"a"}' >endless.jwt
run forge --key ES256.pub @endless.jwt
err_has 'no exp' 'has no exp'

refuse 'no key' 2 '--key is needed' forge @ES256.jwt
refuse 'two tokens' 2 'unexpected argument' forge --key ES256.pub a b
refuse 'no such time' 2 'Unix seconds' forge --key ES256.pub --now soon @ES256.jwt
refuse 'no such key' 3 'nowhere.jwk' forge --key nowhere.jwk @ES256.jwt
refuse 'no token' 3 'is neither a token nor the name of a file' forge --key ES256.pub a.b
accept 'a file without its @' forge --key ES256.pub ES256.jwt
refuse 'a token of another key' 9 'does not fit the key' forge --key RS256.pub @ES256.jwt
refuse 'a forged token' 4 'signature' forge --key ES256.pub "$(token ES256.corpus payload-other)"
refuse 'a set without the kid' 5 'no key of the set' forge --key set.json @ES256K.jwt
refuse 'another private key' 5 'is not the private key of --key' forge --key ES256.pub --private RS256.json @ES256.jwt
refuse 'a public key for the private one' 9 'a public key cannot sign' forge --key ES256.pub --private ES256.pub @ES256.jwt
"$XCJ" mint --key ES256.json --bare --claims '{"n":123456789012345678901234567890,"exp":32503680000}' >big.jwt
refuse 'a number that cannot be written again' 3 'can be written again' forge --key ES256.pub @big.jwt

# A corpus is a hundred times its token, so a token has a limit.
padding=$(head -c 40000 /dev/zero | tr '\0' a)
"$XCJ" mint --key HS256.json --sub "$padding" >large.jwt || fail 'mint'
run forge --key HS256.json @large.jwt
came_to 'a large token' 0
"$XCJ" mint --key HS256.json --sub "$padding$padding" >large.jwt || fail 'mint'
refuse 'a token that is too large' 9 'large.jwt: is larger than 65536 bytes' forge --key HS256.json @large.jwt
finish
