#!/bin/sh
# Every row of the two tables of docs/keys.md works: its command, run on files of the names in it, writes the key that is in them.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq ssh-keygen
page=$(dirname "$0")/../../docs/keys.md
PASS=secret
export PASS
PATH=$(dirname "$XCJ"):$PATH

make_keys() {
    openssl ecparam -name prime256v1 -genkey -out sec1.pem
    openssl pkcs8 -topk8 -nocrypt -in sec1.pem -out key.pem
    openssl pkey -in key.pem -pubout -out public.pem
    openssl pkcs8 -topk8 -in key.pem -passout pass:secret -out sealed.pem
    openssl ec -in key.pem -aes128 -passout pass:secret -out old.pem
    openssl pkey -in key.pem -outform DER -out key.der
    openssl req -new -key key.pem -subj /CN=x -out request.pem
    openssl req -x509 -key key.pem -subj /CN=leaf -days 30 -out leaf.pem
    cat leaf.pem key.pem >site.pem
    cp leaf.pem chain.pem
    openssl pkcs12 -export -inkey key.pem -in leaf.pem -passout pass:secret -out key.p12
    ssh-keygen -q -t ed25519 -N '' -f id_ed25519
    ssh-keygen -q -t ed25519 -N secret -f id_sealed
} 2>/dev/null

make_texts() {
    "$XCJ" convert key.pem --to jwk --kid a -o key.jwk
    "$XCJ" convert key.jwk --to jwks -o set.jwks
    jq .keys set.jwks >array.json
    jq '{client_name: "x", jwks: .}' set.jwks >client.json
    jq -n --rawfile c leaf.pem '{a: $c, b: $c}' >certs.json
    base64 key.pem >key.b64
    awk '{ printf "%s\\n", $0 }' key.pem >escaped.txt
    tr '\n' ' ' <key.pem >line.txt
    { printf '"' && cat key.pem && printf '"'; } >quoted.txt
    iconv -f UTF-8 -t UTF-16 key.pem >utf16.pem
    jq -n --arg c "$(openssl x509 -in leaf.pem -outform DER | base64 | tr -d '\n')" '{kty: "EC", x5c: [$c]}' >x5c.jwk
}

make_answers() {
    spki=$(openssl pkey -in key.pem -pubout -outform DER | base64 | tr -d '\n')
    jq -n --rawfile k key.pem '{type: "service_account", client_email: "a@b", private_key: $k}' >account.json
    jq -n --arg k "$spki" '{KeyId: "a", PublicKey: $k}' >kms.json
    jq -n --arg k "$spki" '{realm: "a", public_key: $k}' >realm.json
    jq -n --rawfile k public.pem '{request_id: "a", data: {keys: {"1": {public_key: $k}}}}' >vault.json
    jq -n --rawfile k public.pem '{name: "a", pem: $k}' >gcloud.json
    jq '{key: ., attributes: {}}' key.jwk >azure.json
    jq -n --arg k "$(base64 key.pem | tr -d '\n')" '{kind: "Secret", data: {"tls.key": $k}}' >secret.json
    jq -n --rawfile k key.pem '{ARN: "a", SecretString: $k}' >manager.json
    jq -n --rawfile k public.pem '{publicKeys: {a: $k}}' >fusion.json
    openssl crl2pkcs7 -nocrl -certfile leaf.pem -out certs.p7b
    openssl pkcs12 -export -nokeys -in leaf.pem -passout pass:secret -out trust.p12
}

# The commands of the tables, one a line.
commands() {
    # shellcheck disable=SC2016
    sed -n 's/^| .* | `\(.*\)` |$/\1/p' "$page" | sed 's/\\|/|/g'
}

if ! make_keys || ! make_texts || ! make_answers; then fail 'the files cannot be made'; fi
thumbprint=$("$XCJ" thumbprint key.pem)
commands >rows
rows=$(wc -l <rows)
[ "$rows" -ge 35 ] || fail "docs/keys.md has only $rows rows"
while read -r row; do
    checks=$((checks + 1))
    case $row in
    *sealed.pem* | *id_ed25519* | *id_sealed*) wanted= ;;
    *) wanted=$thumbprint ;;
    esac
    if ! sh -c "$row" >got 2>err </dev/null; then
        fail "$row: $(cat err)"
    elif ! "$XCJ" thumbprint got | grep -q -e "${wanted:-.}"; then
        fail "$row: another key"
    fi
done <rows

# Every verb that takes a key reads each form of the first table alike, private or public, one key or a set of it.
thumbprints() {
    "$XCJ" thumbprint "$@" 2>err | cut -d ' ' -f 1 | sort -u
}
same_everywhere() {
    file=$1
    sealed=
    case $file in
    sealed.pem | old.pem | *.p12) sealed='--passphrase env:PASS' ;;
    esac
    # shellcheck disable=SC2086 # words
    set -- $sealed
    checks=$((checks + 1))
    thumbprints "$@" "$file" >own
    [ -s own ] || fail "thumbprint $file: $(cat err)"
    "$XCJ" jwks "$@" "$file" >as_set 2>err || fail "jwks $file: $(cat err)"
    thumbprints as_set | cmp -s own - || fail "jwks $file: another key"
    run lint "$@" "$file"
    if [ "$status" -ne 0 ] && [ "$status" -ne 9 ]; then fail "lint $file: $(cat err)"; fi
    "$XCJ" convert "$@" --to jwks "$file" >got 2>err || fail "convert $file: $(cat err)"
    case $file in
    id_ed25519*) signer=id_ed25519 ;;
    *) signer=key.pem ;;
    esac
    grep -q '"d":' got && signer=$file
    # shellcheck disable=SC2046 # words
    "$XCJ" mint $([ "$signer" = "$file" ] && printf '%s' "$sealed") --key "$signer" $(alg_of "$signer") --sub a >token 2>err ||
        fail "mint --key $signer: $(cat err)"
    for option in --key --jwks; do
        "$XCJ" verify "$@" --try-keys $option "$file" - <token >got 2>err || fail "verify $option $file: $(cat err)"
    done
}
alg_of() {
    case $1 in id_*) ;; *) printf '%s' '--alg ES256' ;; esac
}
sed -n '/^xcj convert/s/.* //p' rows | grep -v -e '^-$' -e '^x5c' -e id_sealed >files
while read -r file; do
    same_everywhere "$file" </dev/null
done <files
same_everywhere x5c.jwk

# What the second table is about is named, with its command, when it is given as it is.
named() {
    run convert "$1"
    checks=$((checks + 1))
    if [ "$status" -ne 3 ] || [ -s out ] || ! grep -qF -e "$2" err; then
        fail "$1 is not named"
        show
    fi
}
named account.json 'jq -r .private_key FILE'
named kms.json 'jq -r .PublicKey FILE'
named realm.json 'jq -r .public_key FILE'
named vault.json "jq -r '.data.keys[].public_key' FILE"
named gcloud.json 'jq -r .pem FILE'
named azure.json 'jq .key FILE'
named secret.json 'jq -r '\''.data["tls.key"]'\'' FILE'
named manager.json 'jq -r .SecretString FILE'
named fusion.json 'jq .publicKeys FILE'
named certs.p7b 'openssl pkcs7 -in FILE -print_certs'
run convert --passphrase env:PASS trust.p12
checks=$((checks + 1))
if [ "$status" -ne 3 ] || ! grep -q 'openssl pkcs12 -in FILE -nokeys' err; then fail 'trust.p12 is not named'; fi
named request.pem 'openssl req -in FILE -noout -pubkey'
ssh-keygen -q -t rsa -N secret -f id_other
named id_other "ssh-keygen -p -N '' -f COPY"

# Several keys where one is needed, and a certificate that is another's.
openssl genpkey -algorithm ed25519 -out other.pem 2>/dev/null
cat key.pem other.pem >two.pem
refuse 'two private keys to sign with' 5 'keys' mint --key two.pem --claims '{}'
cat other.pem leaf.pem >strange.pem
refuse "another's certificate" 3 'no certificate in the PEM text' mint --key strange.pem --claims '{}'
run convert --passphrase env:PASS old.pem
if [ "$status" -ne 0 ] || ! grep -q 'old encryption is weak' err; then fail 'the old encryption is not warned of'; fi
finish
