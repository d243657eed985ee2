#!/bin/sh
# Secrets by file, descriptor, environment and standard input; what is taken for a shared secret, and what is not.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl
fixed='--now 1000 --jti j'

# A passphrase, and the key that it opens.
openssl genpkey -algorithm ED25519 -aes256 -pass pass:sesame -out locked.pem 2>/dev/null
openssl pkey -in locked.pem -passin pass:sesame -out open.pem
"$XCJ" convert --kid k open.pem -o key.json || fail 'convert'
# shellcheck disable=SC2086 # the options are words
"$XCJ" mint --key open.pem $fixed >want || fail 'mint'
printf 'sesame\n' >pass.txt
PASS=sesame WRONG=open JWK=$(cat key.json) PEM=$(cat locked.pem)
export PASS WRONG JWK PEM
# opens NAME WORD...: the key is read, and signs the same.
opens() {
    opens_name=$1
    shift
    # shellcheck disable=SC2086 # the options are words
    accept "$opens_name" mint $fixed "$@"
    same "$opens_name" want out
}
opens 'passphrase of a file' --key locked.pem --passphrase pass.txt
opens 'passphrase of a descriptor' --key locked.pem --passphrase /dev/fd/3 3<pass.txt
opens 'passphrase of another descriptor' --key locked.pem --passphrase /dev/fd/9 9<<'PASS'
sesame
PASS
opens 'passphrase of the environment' --key locked.pem --passphrase env:PASS
opens 'passphrase of standard input' --key locked.pem --passphrase - <pass.txt
opens 'key of a descriptor' --key /dev/fd/3 3<open.pem
opens 'key of standard input' --key - <open.pem
opens 'key and passphrase of descriptors' --key /dev/fd/3 --passphrase /dev/fd/4 3<locked.pem 4<pass.txt
opens 'key and passphrase of the environment' --key env:PEM --passphrase env:PASS
opens 'JWK of the environment' --key env:JWK --kid ''
refuse 'a wrong passphrase of the environment' 3 'locked.pem: ' mint --key locked.pem --passphrase env:WRONG
refuse 'no such variable, passphrase' 3 'no such environment variable: NONE' mint --key locked.pem --passphrase env:NONE
refuse 'no such variable, key' 3 '--key: no such environment variable: NONE' mint --key env:NONE
refuse 'no key in the variable' 3 'env:PASS: ' mint --key env:PASS
refuse 'a closed descriptor' 3 '/dev/fd/7: ' mint --key /dev/fd/7 7<&-
refuse 'two of standard input' 2 'only once' mint --key - --passphrase - <pass.txt
refuse 'two passphrases' 2 '--passphrase was given twice' mint --key locked.pem --passphrase pass.txt --passphrase env:PASS
refuse 'two keys' 2 'several --key make several signatures' mint --key open.pem --key env:PEM

# Credentials.
claims='--key open.pem --iss i --aud a --no-consumer'
BASIC=my-user:my-password APIKEY=my-api-key FIELD='Basic bXktdXNlcjpteS1wYXNzd29yZA=='
export BASIC APIKEY FIELD
# credential NAME WORD...: the same token as of the file `want`.
credential() {
    credential_name=$1
    shift
    # shellcheck disable=SC2086 # the options are words
    accept "$credential_name" mint $fixed $claims "$@"
    same "$credential_name" want out
}
# shellcheck disable=SC2086
"$XCJ" mint $fixed $claims --basic "$BASIC" >want || fail 'mint --basic'
printf '%s\n' "$BASIC" >basic.txt
credential 'Basic of a descriptor' --basic @/dev/fd/3 3<basic.txt
credential 'Basic of the environment' --basic env:BASIC
credential 'the field of a descriptor' --authorization @/dev/fd/3 3<<FIELD
$FIELD
FIELD
credential 'the field of the environment' --authorization env:FIELD
# shellcheck disable=SC2086
"$XCJ" mint $fixed $claims --apikey "$APIKEY" >want || fail 'mint --apikey'
credential 'API key of standard input' --apikey - <<APIKEY
$APIKEY
APIKEY
credential 'API key of the environment' --apikey env:APIKEY
BEARER=$("$XCJ" mint --key open.pem --bare --claim clientId=app)
export BEARER
# shellcheck disable=SC2086
"$XCJ" mint $fixed $claims --bearer "$BEARER" >want || fail 'mint --bearer'
credential 'Bearer of the environment' --bearer env:BEARER
refuse 'two credentials' 2 '--apikey excludes --basic' mint --key open.pem --basic env:BASIC --apikey env:APIKEY
refuse 'a credential twice' 2 '--basic was given twice' mint --key open.pem --basic a:b --basic a:b
refuse 'no such variable, credential' 3 '--bearer: no such environment variable: NONE' mint --key open.pem --iss i --aud a --no-consumer --bearer env:NONE

# A shared secret: the bytes as they are. openssl computes what is expected.
# hmac FILE: its HS256 token.
hmac() {
    input=$(printf '{"typ":"JWT","alg":"HS256"}' | b64u).$(printf '{"iat":1000,"exp":2800,"jti":"j"}' | b64u)
    hex=$(od -An -v -tx1 <"$1" | tr -d ' \n')
    printf '%s.%s\n' "$input" "$(printf '%s' "$input" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$hex" -binary | b64u)"
}
# secret NAME FILE WORD...
secret() {
    secret_name=$1
    hmac "$2" >want
    shift 2
    # shellcheck disable=SC2086 # the options are words
    run mint --alg HS256 $fixed "$@"
    came_to "$secret_name" 0
    same "$secret_name" want out
}
printf '0123456789abcdef0123456789abcdef' >secret.txt
printf 'nul \000 bytes \377 and a carriage return\r' >bytes.bin
printf '0123456789abcdef0123456789abcdef\n' >line.txt
printf '  {"key" is not JSON, and so it is a secret' >brace.txt
SECRET=$(cat secret.txt)
export SECRET
secret 'a secret of a file' secret.txt --secret secret.txt
cp secret.txt given.txt
secret 'a secret of a descriptor' secret.txt --secret /dev/fd/3 3<given.txt
secret 'a secret of standard input' secret.txt --secret - <given.txt
secret 'a secret of the environment' secret.txt --secret env:SECRET
secret 'any bytes' bytes.bin --secret bytes.bin
[ ! -s err ] || fail 'any bytes: without a word'
secret 'a line feed is part of it' line.txt --secret line.txt
err_has 'a line feed is part of it' 'warning: line.txt: the newline at its end is part of the secret'
secret 'a brace alone makes no JWK' brace.txt --secret brace.txt
"$XCJ" mint --secret env:SECRET --alg HS256 --sub a >token || fail 'mint --secret env:NAME'
accept 'verify, secret of a descriptor' verify --secret /dev/fd/3 --alg HS256 @token 3<secret.txt
accept 'verify, secret of the environment' verify --secret env:SECRET --alg HS256 @token

# Keys of another kind are no secrets (RFC 8725 2.1), by whatever way they come.
openssl pkey -in open.pem -pubout -out public.pem
openssl pkey -in open.pem -outform DER -out key.der
openssl req -x509 -new -key open.pem -subj /CN=x -days 2 -out cert.pem 2>/dev/null
"$XCJ" jwks key.json -o jwks.json || fail 'jwks'
printf '{"kty":"oct","k":"%s"}' "$(b64u <secret.txt)" >oct.json
{
    printf '\n \n'
    cat public.pem
} >spaced.pem
for file in open.pem public.pem locked.pem cert.pem key.der key.json jwks.json oct.json spaced.pem; do
    refuse "$file is no secret" 3 "$file: " mint --alg HS256 --secret "$file"
    refuse "$file is no secret, as a descriptor" 3 '/dev/fd/3: ' mint --alg HS256 --allow-weak-key --secret /dev/fd/3 3<"$file"
    refuse "$file is no secret, to verify with" 3 "$file: " verify --alg HS256 --secret "$file" @token
done
refuse 'a PEM in the environment is no secret' 3 'env:PEM: ' mint --alg HS256 --secret env:PEM
refuse 'a JWK in the environment is no secret' 3 'env:JWK: ' mint --alg HS256 --secret env:JWK

# As text. The bytes of secret.txt in each encoding, as tools write them.
printf '\377\376~~~ 0123456789 \373\377\277 0123456789abcdef' >odd.bin
openssl base64 -A <odd.bin >odd.base64
openssl base64 <odd.bin >lines.base64
tr -d '=' <odd.base64 >bare.base64
b64u <odd.bin >odd.base64url
tr '+/' '-_' <odd.base64 >padded.base64url
od -An -v -tx1 <odd.bin | tr -d ' \n' >odd.hex
{ printf '0x' && cat odd.hex && printf '\r\n'; } >0x.hex
{ printf '0X' && tr 'a-f' 'A-F' <odd.hex; } >upper.hex
od -An -v -tx1 <odd.bin >lines.hex
grep -q '[+/]' odd.base64 || fail 'the alphabets of base64 do not differ here'
for file in *.base64 *.base64url *.hex; do
    SECRET=$(cat "$file")
    secret "$file" odd.bin --secret-encoding "${file##*.}" --secret "$file"
    [ ! -s err ] || fail "$file: without a word"
    secret "$file, environment" odd.bin --secret-encoding "${file##*.}" --secret env:SECRET
    accept "verify, $file" verify --now 1000 --secret "$file" --secret-encoding "${file##*.}" - <want
done
secret 'raw' line.txt --secret-encoding raw --secret line.txt
[ ! -s err ] || fail 'raw, asked for: without a word'
secret 'hexadecimal as text' 0x.hex --secret 0x.hex
err_has 'hexadecimal as text' 'warning: 0x.hex: looks like hexadecimal, but its text is the secret: --secret-encoding hex'
secret 'hexadecimal without 0x is common text' odd.hex --secret odd.hex
[ ! -s err ] || fail 'hexadecimal without 0x: without a word'
# wrong ENCODING TEXT SAYS
wrong() {
    printf '%s' "$2" >wrong.txt
    refuse "$1: $2" 3 "wrong.txt: the secret is not $3" mint --alg HS256 --allow-weak-key --secret-encoding "$1" --secret wrong.txt
}
wrong hex 0g 'hexadecimal'
wrong hex 0x0 'hexadecimal'
wrong hex 'ab:cd' 'hexadecimal'
wrong hex '' 'hexadecimal'
wrong base64 'ab-d' 'base64: - and _ belong to base64url'
wrong base64url 'ab/d' 'base64url: + and / belong to base64'
wrong base64 'abcde' 'base64'
wrong base64 'abcd=' 'base64'
wrong base64 'ab=d' 'base64'
wrong base64url 'ab===' 'base64url'
wrong base64url 'ab@d' 'base64url'
wrong base64 'ab' 'base64'
printf 0x >wrong.txt
refuse 'no digits' 3 'is empty' mint --alg HS256 --allow-weak-key --secret-encoding hex --secret wrong.txt
refuse 'no such encoding' 2 '--secret-encoding' mint --alg HS256 --secret-encoding base32 --secret odd.bin
for verb in mint verify; do
    refuse "$verb, an encoding of no secret" 2 '--secret-encoding goes with --secret' "$verb" --key oct.json --secret-encoding hex
    refuse "$verb, a weak key of no secret" 2 '--allow-weak-key goes with --secret' "$verb" --key oct.json --allow-weak-key
done
# A key in base64 or hexadecimal is none, either.
od -An -v -tx1 <key.der | tr -d ' \n' >key.hex
openssl base64 -A <public.pem >public.b64
refuse 'a key in hexadecimal' 3 'key.hex: the secret is itself a key' mint --alg HS256 --secret-encoding hex --secret key.hex
refuse 'a PEM in base64' 3 'public.b64: the secret is itself a key' mint --alg HS256 --secret-encoding base64 --secret public.b64
SECRET=$(cat secret.txt)

# RFC 7518 3.2: no shorter than the hash.
printf '0123456789abcdef0123456789abcde' >short.txt
refuse 'a short secret' 9 'short.txt: the secret has 31 bytes; HS256 needs 32 or more (--allow-weak-key takes it' mint --alg HS256 --secret short.txt
refuse 'a short secret, to verify with' 9 'short.txt: ' verify --alg HS256 --secret short.txt @token
secret 'a short secret that is allowed' short.txt --secret short.txt --allow-weak-key
refuse 'too short for HS512' 9 'HS512 needs 512 or more (--allow-weak-key takes it' mint --alg HS512 --secret secret.txt
refuse 'too short for HS512, bare' 9 '--allow-weak-key takes it' mint --bare --alg HS512 --secret secret.txt
printf '{"kty":"oct","k":"c2hvcnQ"}' >weak.json
run mint --alg HS256 --key weak.json
came_to 'a short secret of a JWK' 9
if grep -q 'allow-weak-key' err; then fail 'an option that does not help is named'; fi
accept 'allowed for HS512' mint --alg HS512 --secret secret.txt --allow-weak-key
cp out long.jwt
refuse 'too short for HS512, to verify with' 9 '--allow-weak-key takes it' verify --secret secret.txt @long.jwt
accept 'allowed for HS512, to verify with' verify --secret secret.txt --allow-weak-key @long.jwt
: >empty.txt
refuse 'an empty secret' 3 'empty.txt: ' mint --alg HS256 --secret empty.txt --allow-weak-key
refuse 'which algorithm' 9 'HS256' mint --secret secret.txt

# No message tells a secret.
for word in sesame my-password my-api-key 0123456789abcdef; do
    : >said
    for words in '--key locked.pem --passphrase env:WRONG' "$claims --basic my-password" "$claims --apikey my-api-key --claim iss=x" \
        '--alg RS256 --secret secret.txt' '--alg HS256 --secret short.txt' '--key env:SECRET' '--key env:PASS'; do
        # shellcheck disable=SC2086 # the options are words
        xcj mint $words >/dev/null 2>>said && fail "not refused: $words"
    done
    [ "$(wc -l <said)" -eq 7 ] || fail 'each refusal says one line'
    if grep -q "$word" said; then fail "a message tells a secret: $(grep "$word" said)"; fi
done
finish
