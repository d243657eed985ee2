#!/bin/sh
# Tokens as they arrive: inspect and lint read them and say what they took off; verify names it, with the command that gets the
# token alone, and takes off with --unwrap what is certain.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl jq
"$XCJ" keygen --alg ES256 --kid k >key.json
token=$("$XCJ" mint --key key.json --now 1000 --sub alice --jti j)
other=$("$XCJ" mint --key key.json --now 1000 --sub bob --jti j)
"$XCJ" verify --now 1500 --key key.json "$token" >claims
payload=$(part 2 "$token")
verifying='verify --now 1500 --key key.json'

# command: the one of the last message, run on the file `given`: it must print the token, and perhaps others.
command_works() {
    sed -n -e 's/.*: \(.*\) gives the token alone.*/\1/p' -e 's/.*; \(.*\) lists them.*/\1/p' err | sed 's/FILE/given/' >asked
    checks=$((checks + 1))
    if [ ! -s asked ] || [ "$(sh asked)" != "$2" ]; then
        fail "$1: the command does not get the token: $(cat asked)"
        show
    fi
}

# wrapped NAME IDS TEXT: the file `given` holds the text; IDS are the findings, with a + before them when --unwrap takes them off.
wrapped() {
    wrapped_name=$1
    ids=$(printf '%s' "${2#+}" | tr ' ' '\n' | sort | tr '\n' ' ')
    printf '%b' "$3" >given
    run inspect --json --now 1500 @given
    came_to "inspect $wrapped_name" 0
    checks=$((checks + 1))
    found=$(jq -r '.findings[] | select(.part == "token") | .id' out | sort | tr '\n' ' ')
    if [ "$found" != "$ids" ] || ! jq -e '.claims.sub == "alice"' out >/dev/null || [ -s err ]; then
        fail "inspect $wrapped_name: found $found, not $ids"
        show
    fi
    run lint --now 1500 @given
    came_to "lint $wrapped_name" 0
    checks=$((checks + 1))
    if [ "$(grep -c 'taken off: ' err)" -ne "$(printf '%s' "$ids" | wc -w)" ]; then fail "lint $wrapped_name: not said"; fi
    # shellcheck disable=SC2086 # the options are words
    refuse "verify $wrapped_name" 3 'gives the token alone' $verifying @given
    command_works "$wrapped_name" "$token"
    # shellcheck disable=SC2086
    case $2 in
    +*)
        err_has "verify $wrapped_name" 'verify --unwrap takes it off'
        run $verifying --unwrap @given
        came_to "unwrap $wrapped_name" 0
        same "unwrap $wrapped_name" out claims
        err_has "unwrap $wrapped_name" 'given: taken off: '
        run $verifying --unwrap --json @given
        holds "unwrap $wrapped_name, for programs" jq -e '.ok and (.unwrapped | length) > 0' out
        accept "unwrap $wrapped_name, quiet" $verifying --unwrap --quiet @given
        ;;
    *) refuse "unwrap $wrapped_name" 3 'gives the token alone' $verifying --unwrap @given ;;
    esac
}

lines=$(printf '%s' "$token" | fold -w 64)
crlf=$(printf '%s' "$token" | fold -w 64 | sed 's/$/\\r\\n/' | tr -d '\n')
wrapped 'Bearer' '+bearer-prefix' "Bearer $token\n"
wrapped 'bearer, blanks' '+bearer-prefix' "bearer   $token"
wrapped 'a header line' '+header-name bearer-prefix' "Authorization: Bearer $token\n"
wrapped 'a header line, small' '+header-name bearer-prefix' "authorization:bearer $token"
wrapped 'a header line, CRLF' '+header-name bearer-prefix' "Authorization: Bearer $token\r\n"
wrapped 'of curl -v' '+header-name bearer-prefix' "> Authorization: Bearer $token\r\n"
wrapped 'of curl -H' '+header-name bearer-prefix quotes' "-H \"Authorization: Bearer $token\""
wrapped 'of curl --header' '+header-name bearer-prefix quotes' "--header 'Authorization: Bearer $token'"
wrapped 'another header' '+header-name' "x-amzn-oidc-accesstoken: $token\n"
wrapped 'double quotes' '+quotes' "\"$token\""
wrapped 'single quotes' '+quotes' "'$token'"
wrapped 'back quotes' '+quotes' "\`$token\`"
wrapped 'quotes within quotes' '+quotes' "'\"$token\"'"
wrapped 'Bearer and quotes' '+bearer-prefix quotes' "Bearer \"$token\"\n"
wrapped 'quotes around Bearer and quotes' '+bearer-prefix quotes' "'Bearer \"$token\"'\n"
wrapped 'quotes and Bearer' '+quotes bearer-prefix' "\"Bearer $token\"\n"
wrapped 'white space' '+white-space' " \t$token \n\n"
wrapped 'two newlines' '+white-space' "$token\n\n"
wrapped 'lines' '+line-breaks' "$(printf '%s' "$lines" | tr '\n' '#' | sed 's/#/\\n/g')\n"
wrapped 'lines, CRLF' '+line-breaks white-space' "$crlf\r\n"
wrapped 'lines, indented' '+line-breaks' "$(printf '%s' "$lines" | tr '\n' '#' | sed 's/#/\\n    /g')\n"
wrapped 'lines as blanks' '+line-breaks' "$(printf '%s' "$lines" | tr '\n' ' ')"
wrapped 'lines behind Bearer' '+line-breaks header-name bearer-prefix' "Authorization: Bearer $(printf '%s' "$lines" | tr '\n' '#' | sed 's/#/\\n/g')\n"
wrapped 'a token response' '+answer' "{\"access_token\":\"$token\",\"token_type\":\"Bearer\",\"expires_in\":300}"
wrapped 'an OpenID response' '+answer' "{\"access_token\":\"$token\",\"refresh_token\":\"$other\",\"id_token\":\"$other\",\"scope\":\"a\"}\n"
wrapped 'an opaque access token' '+answer' "{\"access_token\":\"ya29.a0AfB\",\"id_token\":\"$token\"}"
wrapped 'of Azure' '+answer' "\n{\r\n  \"accessToken\": \"$token\",\r\n  \"tokenType\": \"Bearer\"\r\n}\r\n"
wrapped 'of Kubernetes' '+answer' "{\"kind\":\"TokenRequest\",\"status\":{\"token\":\"$token\"}}"
wrapped 'of Cognito' '+answer' "{\"AuthenticationResult\":{\"IdToken\":\"$token\",\"ExpiresIn\":3600}}"
wrapped 'a name of more than letters' '+answer' "{\"x-y z\":{\"0\":\"$token\"}}"
wrapped 'a semicolon' 'mark' "$token;\n"
wrapped 'a comma, quotes' 'mark quotes' "\"$token\",\n"
wrapped 'a name' 'other-text' "token=$token\n"
wrapped 'of the shell' 'other-text quotes' "export TOKEN='$token'\n"
wrapped 'a cookie' 'other-text mark' "Cookie: a=b; session=$token; theme=dark\r\n"
wrapped 'a URL' 'other-text' "https://api.example/cb#access_token=$token&state=1"
wrapped 'a line of JSON' 'other-text quotes mark' "  \"access_token\": \"$token\",\n"
wrapped 'a log line' 'other-text quotes bearer-prefix' "2026-01-15 GET /a \"Bearer $token\" 200\n"
wrapped 'a request' 'other-text bearer-prefix' "GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer $token\r\nAccept: */*\r\n\r\n"
wrapped 'an SD-JWT' 'sd-jwt' "$token~WyJzYWx0IiwibmFtZSIsIkEiXQ~"
wrapped 'an SD-JWT with a proof' 'sd-jwt' "$token~WyJzYWx0IiwibmFtZSIsIkEiXQ~$other\n"
wrapped 'an SD-JWT in quotes' 'sd-jwt quotes' "\"$token~\""

# What is alone stays alone, with --unwrap as without, and a signature is no less checked.
for words in '' --unwrap; do
    # shellcheck disable=SC2086
    accept "alone $words" $verifying $words "$token"
    same "alone $words" out claims
    # shellcheck disable=SC2086
    refuse "another payload $words" 4 'signature' $verifying $words "$(part 1 "$token").$(part 2 "$other").$(part 3 "$token")"
done
flat="{\"payload\":\"$payload\",\"protected\":\"$(part 1 "$token")\",\"signature\":\"$(part 3 "$token")\"}"
# shellcheck disable=SC2086
accept 'a JSON serialisation' $verifying --unwrap "$flat"
accept 'a word that is a header line' inspect --json --now 1500 "Authorization: Bearer $token"
run lint --json --now 1500 "Authorization: Bearer $token"
holds 'lint: a word that is a header line' jq -e '.kind == "token"' out
TOKEN="Bearer $token"
export TOKEN
# shellcheck disable=SC2086
run $verifying --unwrap env:TOKEN
came_to 'of the environment' 0
run verify --now 1500 --key key.json --unwrap "Bearer $(part 1 "$token").$(part 2 "$other").$(part 3 "$token")"
came_to 'unwrapped, and forged' 4

# Never guessed: several tokens, and lines of a batch.
printf '%s\n%s\n' "$token" "$other" >given
for verb in inspect "$verifying" "$verifying --unwrap"; do
    # shellcheck disable=SC2086
    refuse "two tokens: $verb" 3 'is one of 2 in this text' $verb @given
    command_works "two tokens: $verb" "$token
$other"
done
printf '{"a":"%s","b":"%s"}' "$token" "$other" >given
# shellcheck disable=SC2086
refuse 'two tokens of an answer' 3 'is one of 2 in this text' $verifying --unwrap @given
refuse '--unwrap of a batch' 2 '--unwrap excludes --batch' verify --key key.json --unwrap --batch @given
printf 'Bearer %s\n' "$token" >given
# shellcheck disable=SC2086
run $verifying --batch @given
came_to 'a batch stays strict' 3

# What xcj has no use for is named.
jwe="$(printf '{"alg":"RSA-OAEP","enc":"A256GCM"}' | b64u).AAAA.BBBB.CCCC.DDDD"
for given in "$jwe" "Bearer $jwe" "\"$jwe\""; do
    # shellcheck disable=SC2086
    refuse 'a JWE' 3 'it is encrypted (a JWE, alg "RSA-OAEP", enc "A256GCM")' $verifying "$given"
    run inspect --json "$given"
    holds 'a JWE, inspected' jq -e '.encrypted and .header.enc == "A256GCM"' out
done
# shellcheck disable=SC2086
refuse 'a JWE in JSON' 3 'is encrypted (a JWE in JSON)' $verifying '{"protected":"e30","ciphertext":"AAAA","iv":"AAAA","tag":"AAAA"}'
padded=$(printf '{"alg":"ES256","a":12}' | openssl base64 -A | tr '+/' '-_').$payload.$(part 3 "$token")
case $padded in *=.*) ;; *) fail 'there is no padding here' ;; esac
for words in '' --unwrap; do
    # shellcheck disable=SC2086
    refuse "padding $words" 3 'has padding (=), as an AWS load balancer writes it' $verifying $words "$padded"
done
accept 'padding, inspected' inspect --now 1500 "$padded"
out_has 'padding, inspected' 'padding'
printf '%s' "$token" | openssl base64 -A >given
# shellcheck disable=SC2086
refuse 'base64 of a token' 3 'is a token in base64: base64 -d FILE gives it' $verifying @given
printf '%s' "$token" | iconv -f UTF-8 -t UTF-16 >given
# shellcheck disable=SC2086
refuse 'UTF-16' 3 'iconv -f UTF-16 -t UTF-8 FILE' $verifying @given
refuse 'no token' 3 'is neither a token nor the name of a file' inspect 'Bearer hello'
refuse 'JSON without a token' 3 'not a token' inspect '{"access_token":"opaque"}'
finish
