#!/bin/sh
# Options, verbs, help and version.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

accept 'version' --version
out_has 'version' 'xcj 0.'
accept 'version, short' -V
out_has 'version, short' 'xcj 0.'
if command -v jq >/dev/null; then
    accept 'version as JSON' --version --json
    out_is 'one line' "$(cat out)"
    holds 'versions' jq -e '.xcj and (.openssl | startswith("OpenSSL 3.")) and (.jansson | startswith("2."))' out
    holds 'all algorithms work here' jq -e '(.algorithms | length) == 16 and (.algorithms | contains(["HS384", "ES256K", "Ed448"]))' out
    # An OpenSSL without algorithms.
    printf 'openssl_conf = all\n[all]\nproviders = list\n[list]\nbase = on\n[on]\nactivate = 1\n' >bare.cnf
    OPENSSL_CONF=$work/bare.cnf "$XCJ" --version --json >out || fail 'version as JSON, without algorithms'
    holds 'no algorithm works there' jq -e '.algorithms == []' out
fi
refuse 'misspelt option of the program' 2 'did you mean --version?' --verison
refuse '--json alone' 2 'no verb was given' --json
refuse 'an option before the verb' 2 'the verb comes first' --json mint
accept 'help' --help
accept 'help, short' -h
for verb in $("$XCJ" --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p'); do
    verbs=$((${verbs:-0} + 1))
    accept "$verb --help" "$verb" --help
    out_has "$verb --help" "Usage: xcj $verb"
    out_has "$verb --help" 'Examples:'
    [ "$(grep -c "^  xcj " out)" -ge 2 ] || fail "$verb --help has two examples"
    accept "$verb -h" "$verb" -h
    refuse "$verb, unknown option" 2 'unknown option --nonsense-option' "$verb" --nonsense-option
done

[ "$verbs" -ge 7 ] || fail "--help lists $verbs verbs"

refuse 'unknown verb' 2 'unknown verb: a value of 10 characters' frobnicate
refuse 'unknown verb, short' 2 'unknown verb: "xyz"' xyz
refuse 'misspelt verb' 2 'did you mean verify?' verfy
refuse 'misspelt option' 2 'did you mean --jwks?' verify --jwsk x
refuse 'unknown option of the program' 2 'unknown option' --frobnicate
refuse 'unknown short option' 2 'unknown option -x' convert -x

"$XCJ" keygen --alg ES256 --kid a >key.json || fail 'keygen'
"$XCJ" jwks key.json >jwks.json || fail 'jwks'

accept 'name=value' thumbprint --hash=sha512 key.json
cp out want
accept 'name value' thumbprint --hash sha512 key.json
same 'name value' out want
accept 'option after the operand' thumbprint key.json --hash sha512
same 'option after the operand' out want
accept 'two dashes' thumbprint --hash sha512 -- key.json
same 'two dashes' out want
accept 'standard input by default' thumbprint --hash sha512 <key.json
same 'standard input by default' out want
accept 'standard input by -' thumbprint --hash sha512 - <key.json
same 'standard input by -' out want
cp key.json ./-odd
accept 'an operand that looks like an option' thumbprint --hash sha512 -- -odd
same 'an operand that looks like an option' out want
refuse 'a unique beginning is no name' 2 'unknown option --ha; did you mean --hash?' thumbprint --ha sha512 key.json
refuse 'nor of --help' 2 'unknown option --hel' thumbprint --hel key.json
refuse 'value missing' 2 '--hash needs a value: sha256|sha384|sha512' thumbprint key.json --hash
refuse 'value of a flag' 2 '--uri takes no value' thumbprint --uri=yes key.json
refuse 'given twice' 2 '--hash was given twice' thumbprint --hash sha256 --hash sha512 key.json
refuse 'one operand too many' 2 'unexpected argument: a value of 1 character' thumbprint key.json b
refuse 'no operand wanted' 2 'unexpected argument' keygen --alg ES256 file
refuse 'unknown hash' 2 'is not sha256, sha384 or sha512' thumbprint --hash md5 key.json

accept 'short option with its value' convert -oout.pem key.json
accept 'short option and its value' convert -o out2.pem key.json
same '-oFILE and -o FILE' out.pem out2.pem
accept 'long form of -o' convert --output out3.pem key.json
same '--output' out.pem out3.pem

for alg in none HS257 rs256 ''; do
    refuse "unknown algorithm '$alg'" 2 'unknown algorithm' verify --jwks jwks.json --alg "$alg" x
    refuse "unknown algorithm '$alg', keygen" 2 'unknown algorithm' keygen --alg "$alg"
done
refuse 'list with an empty algorithm' 2 'unknown algorithm: ""' verify --jwks jwks.json --alg ES256, x

# A file name with control characters does not reach the terminal.
touch "$(printf 'a\033[31mb\nc')"
refuse 'escape sequence in a message' 3 'a?[31mb?c' thumbprint "$(printf 'a\033[31mb\nc')"

# One syntax says where a value comes from. An option of another program, or of a source, gets the name to use.
verb_of() { case $1 in *-env | *-file) echo mint ;; *) echo verify ;; esac; }
while read -r given wanted; do
    refuse "$given" 2 "unknown option $given; did you mean $wanted?" "$(verb_of "$given")" "$given" x
done <<'END'
--key-env --key env:NAME
--secret-env --secret env:NAME
--secret-file --secret FILE
--passphrase-env --passphrase env:NAME
--passphrase-file --passphrase FILE
--bearer-env --bearer env:NAME
--basic-file --basic @FILE
--jwks-url --jwks URL
--audience --aud
--public-key --key
END
refuse '--token-env' 2 "the token's argument may be env:NAME" verify --token-env X
refuse '--issuer-name' 2 'did you mean --iss?' mint --issuer-name x
for alg in rs256 Rs256; do
    refuse "keygen --alg $alg" 2 "unknown algorithm: \"$alg\"; did you mean RS256?" keygen --alg $alg
    refuse "verify --alg ES256,$alg" 2 'did you mean RS256?' verify --key key.json --alg ES256,$alg x
done
refuse '--alg eddsa' 2 'did you mean EdDSA?' keygen --alg eddsa
refuse '--alg rs25' 2 'unknown algorithm: "rs25"; there are HS256' keygen --alg rs25
refuse '--cert' 2 'did you mean --client-cert?' mint --cert x

# Claims and names are literal, whatever they look like.
printf 'content\n' >x
X=content
export X
"$XCJ" mint -k key.json --bare --now 1000 --sub @x --aud env:X --iss - --jti @x -c a=@x -c b=env:X --kid @x >made || fail 'literal claims'
"$XCJ" inspect -j made | jq -ce '.claims' >out
echo '{"sub":"@x","iss":"-","aud":"env:X","jti":"@x","a":"@x","b":"env:X"}' >want
same 'literal claims' out want
"$XCJ" inspect --json made | jq -ce '.headers[0].kid // .header.kid' >out
echo '"@x"' >want
same 'a literal kid' out want

# A token operand is the token itself, @FILE, -, env:NAME, or an existing file.
TOKEN=$("$XCJ" mint -k key.json --sub a)
export TOKEN
printf '%s\n' "$TOKEN" >token
"$XCJ" verify -k key.json "$TOKEN" >want || fail 'a token'
for operand in token @token - env:TOKEN; do
    accept "the token $operand" verify -k key.json "$operand" <token
    same "the token $operand" out want
done
JWK=$(cat key.json)
export JWK
for source in key.json - env:JWK; do
    accept "the key $source" verify -k "$source" token <key.json
    same "the key $source" out want
    accept "the operand $source" thumbprint "$source" <key.json
done
accept 'the operand @key.json' thumbprint @key.json
refuse 'a key is never literal' 3 'that looks like a JWK' verify -k "$JWK" token
refuse 'neither' 3 'is neither a token nor the name of a file that exists' verify -k key.json tokn


# The verbs that people type.
for pair in sign:mint encode:mint decode:inspect validate:verify genkey:keygen; do
    refuse "xcj ${pair%:*}" 2 "use xcj ${pair#*:}" "${pair%:*}" x
done
refuse 'help of no verb' 2 'use xcj inspect' help decode
for pair in 'help mint:mint --help' 'help:--help' 'version:--version'; do
    # shellcheck disable=SC2086 # words
    "$XCJ" ${pair#*:} >want
    # shellcheck disable=SC2086 # words
    accept "xcj ${pair%:*}" ${pair%:*}
    same "xcj ${pair%:*}" out want
done

finish
