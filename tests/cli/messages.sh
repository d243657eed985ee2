#!/bin/sh
# A secret in the wrong place is in no message; what is plainly a name or a path is.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl
"$XCJ" keygen --alg ES256 --kid k -o key.json || fail 'keygen'
"$XCJ" convert key.json -o key.pem || fail 'convert'
"$XCJ" keygen --alg HS256 -o oct.json || fail 'keygen'
"$XCJ" jwks key.json -o jwks.json || fail 'jwks'
"$XCJ" mint --key key.json --sub a >token || fail 'mint'
"$XCJ" keygen --alg ES256 --kid j -o other.json || fail 'keygen'
printf '{"keys":[%s,%s]}' "$(cat key.json)" "$(cat other.json)" >two.json
token=$(cat token)

# silent NAME SECRET WORD...: refused, and no six characters of the secret are in what is said.
silent() {
    silent_name=$1
    secret=$2
    shift 2
    run "$@"
    checks=$((checks + 1))
    [ "$status" -ne 0 ] || fail "$silent_name: not refused: $1"
    SECRET=$secret awk '
        BEGIN { secret = ENVIRON["SECRET"] }
        { said = said $0 }
        END { for (i = 1; i + 5 <= length(secret); i++) if (index(said, substr(secret, i, 6))) exit 1 }' err out || {
        fail "$silent_name: told by: xcj $1 $2 ..."
        show
    }
    # A value that is only described could be any of those given: the message names its option or operand.
    option=$(expr "x$silent_name" : '.* \(--[a-z-]*\)')
    if grep -q 'a value of' err && ! grep -qE -e "^xcj: ${option:-[a-z0-9 -]+: }|^xcj: [a-z]+: $option" err; then
        fail "$silent_name: the message does not name it"
        show
    fi
}

# everywhere SECRET: in each place where a file, variable, name, number or word belongs.
everywhere() {
    for option in --key --jwks --secret --payload --passphrase --cacert --leeway --max-age --now --alg \
        --timeout --jku-prefix; do
        case $option in
        --key | --jwks | --secret | --jku-prefix) set -- "$1" ;;
        --cacert | --timeout) set -- "$1" --jwks http://127.0.0.1:1/ ;;
        *) set -- "$1" --key key.json ;;
        esac
        told=$1
        shift
        silent "verify $option" "$told" verify "$@" "$option" "$told" x.y.z
        set -- "$told"
    done
    for option in --key --key-uri --config --secret; do silent "mint $option" "$1" mint "$option" "$1"; done
    for option in --expires-in --now --alg --output --repeat --jobs --passphrase \
        --client-cert --claims --claim --claim-json --header; do
        case $option in --claim | --header) each="x$(printf '\377')$1" ;; --passphrase*) each=$1 ;; *) each=$1 ;; esac
        case $option in
        --jobs) set -- "$1" --repeat 2 ;;
        --client-cert) set -- "$1" --iss g --no-consumer ;;
        esac
        told=$1
        shift
        silent "mint $option" "$told" mint --key key.json --aud '' "$@" --repeat 0 "$option" "$each"
        silent "mint $option alone" "$told" mint --key key.json --alg HS256 --aud s "$@" "$option=$each"
        set -- "$told"
    done
    silent 'mint --claim-json VALUE' "$1" mint --key key.json --claim-json "x=$1 !"
    silent 'keygen --alg' "$1" keygen --alg "$1"
    silent 'keygen --bits' "$1" keygen --alg RS256 --bits "$1"
    silent 'keygen, an operand' "$1" keygen --alg ES256 "$1"
    silent 'convert --to' "$1" convert --to "$1" key.json
    silent 'thumbprint --hash' "$1" thumbprint --hash "$1" key.json
    for verb in convert jwks thumbprint inspect lint; do
        silent "$verb, an operand" "$1" $verb "$1"
        silent "$verb @" "$1" $verb "@$1"
    done
    silent 'thumbprint, two operands' "$1" thumbprint key.json "$1"
    silent 'forge --key' "$1" forge --key "$1" "$token"
    silent 'forge --private' "$1" forge --key jwks.json --private "$1" "$token"
    silent 'verify, an operand' "$1" verify --key key.json "$1"
    silent 'verify @' "$1" verify --key key.json "@$1"
    silent 'verify, a batch' "$1" verify --key key.json --batch "@$1"
    silent 'a verb' "$1" "$1"
    silent 'lint --max-lifetime' "$1" lint --max-lifetime "$1" key.json
    # Where a name may be any word, a word of letters is one.
    [ "$1" != correct-horse ] || return 0
    silent 'mint --claim-json NAME' "$1" mint --key key.json --claim-json "$1=!"
    silent 'verify --cache-dir' "$1" verify --jwks http://127.0.0.1:1/ --cache-dir "key.json/$1" x.y.z
    silent 'keygen -o' "$1" keygen --alg ES256 -o "$1/$1"
    silent 'an option' "$1" mint "--$1"
    silent 'an option with a value' "$1" mint "--$1=$1"
}
everywhere correct-horse
everywhere 'correct horse battery staple'
everywhere 'hunter2!S3cret'
everywhere 9f86d081884c7d659a2feaa0c55ad015
everywhere "$(openssl rand -base64 32 | tr '/' 'x')"
everywhere '7QfPz/k2Xw9aBc+dEfGhIjKlMnOpQrSt=='
everywhere my-user:my-password
everywhere AKIAIOSFODNN7EXAMPLE
everywhere 'pkcs11:token=gateway;pin-value=sesame-open'
everywhere "$(cat oct.json)"
everywhere "$(cat key.pem)"

# What is said of it.
refuse 'a JWK' 3 "a value of $(wc -m <key.json | awk '{ print $1 - 1 }') characters that looks like a JWK: No such file" \
    convert "$(cat key.json)"
refuse 'a JWK Set' 3 'that looks like a JWK Set: ' convert "$(cat jwks.json)"
refuse 'PEM' 2 'that looks like PEM' convert "$(cat key.pem)"
refuse 'a token' 3 'that looks like a token: ' convert "$token"
refuse 'a header' 3 'that looks like an Authorization header: ' convert 'Bearer x'
refuse 'a PKCS#11 URI' 3 'that looks like a PKCS#11 URI: ' mint --key 'pkcs11:pin-value=1234'
refuse 'a private key by URL' 2 'is a URL, and only public keys are fetched; curl -fsS URL prints it' \
    mint --key https://issuer.example/key.json --sub alice
long=$(printf '%5000s' '' | tr ' ' a)
refuse 'a long value' 2 'a value of 5000 characters; ' "$long"
refuse 'a long value of an option' 2 '--leeway: a value of 5000 characters is not' verify --key key.json --leeway "$long" x
refuse 'a long name of a file' 3 'key: a value of 5000 characters: File name too long' convert "$long"
refuse 'characters, not bytes' 3 'a value of 4 characters: ' convert "$(printf 'g\303\251n\303\251')"

# What is plainly no secret is shown.
mkdir folder
refuse 'an unusual name' 3 'xcj: key: a value of 6 characters: No such file' convert mykeys
refuse 'an unusual name of an option' 3 'xcj: --jwks: a value of 6 characters: No such file' verify --jwks mykeys "$token"
refuse 'an unusual name of several' 3 'xcj: key 2: a value of 6 characters: No such file' jwks key.json mykeys
refuse 'a file' 3 'key: none.json: No such file' convert none.json
refuse 'a path' 3 'keys/prod/key: No such file' convert keys/prod/key
refuse 'a path from the root' 3 '/etc/xcj-none/key.pem: No such file' convert /etc/xcj-none/key.pem
refuse 'a directory that exists' 3 "$work/folder/none: No such file" convert "$work/folder/none"
cp /dev/null 'My key (1)'
refuse 'a file that exists' 3 'My key (1): is empty' convert 'My key (1)'
refuse 'a variable' 3 'no such environment variable: XCJ_NO_KEY2' mint --key env:XCJ_NO_KEY2
refuse 'no name of a variable' 3 'no such environment variable: a value of 6 characters' mint --key env:sesame
refuse 'an empty name of a variable' 3 '--key: the name of the variable is empty' mint --key env:''
refuse 'a duration' 2 '--leeway: "30min" is not a duration' verify --key key.json --leeway 30min "$token"
refuse 'a time' 2 '--now: "noon" is neither' verify --key key.json --now noon "$token"
refuse 'a form' 2 '"pom" is not one of pem|der|jwk|jwks' convert --to pom key.json
refuse 'a hash' 2 '"md5" is not sha256' thumbprint --hash md5 key.json
refuse 'a number' 2 '"0" is not a number' mint --key key.json --repeat 0
refuse 'digits that may be a PIN' 2 'a value of 5 characters is not a number' mint --key key.json --jobs 12345 --repeat 2
refuse 'an algorithm' 2 'unknown algorithm: "none"' keygen --alg none
refuse 'a claim' 3 '--claim-json "roles": is not valid JSON (at offset' mint --key key.json --claim-json 'roles=[admin]'
refuse 'a claim twice' 3 '--claims: has a member twice' mint --key key.json --claims '{"a":1,"a":2}'
refuse 'a kid' 5 'no key of the set has the kid "gateway-2"; there are: ' mint --key two.json --kid gateway-2
finish
