#!/bin/sh
# verify --jwks URL: fetching, limits, failures, batches, the helper and where it is found.
# shellcheck source=nginx.sh
. "$(dirname "$0")/nginx.sh"
: "${XCJ_BUILD:?the build tree}"

"$XCJ" keygen --alg ES256 --kid one -o one.json || fail 'keygen'
"$XCJ" keygen --alg ES256 --kid two -o two.json || fail 'keygen'
"$XCJ" jwks one.json >www/jwks.json
token=$("$XCJ" mint --key one.json --sub alice)
other=$("$XCJ" mint --key two.json --sub bob)
# f NAME URL [WORD...], r NAME STATUS TEXT URL [WORD...]: the token above.
f() {
    f_name=$1
    f_url=$2
    shift 2
    accept "$f_name" verify --cacert ca.pem --jwks "$f_url" "$@" "$token"
}
r() {
    r_name=$1
    r_status=$2
    r_text=$3
    r_url=$4
    shift 4
    refuse "$r_name" "$r_status" "$r_text" verify --cacert ca.pem --jwks "$r_url" "$@" "$token"
}

f 'by address' "$at/jwks.json"
out_is 'by address' "$("$XCJ" verify --jwks www/jwks.json "$token")"
f 'by name' "https://localhost:$tls/jwks.json"
cp www/jwks.json www/é.json
f 'a path beyond ASCII, which the user gives' "$at/%C3%A9.json"
f 'with a query' "$at/jwks.json?tenant=a&x=%2F"
cp one.json www/single.json
f 'a single key' "$at/single.json"
# The other verbs read URLs, too. They take any form of key, and lint also looks at content without a key.
for verb in convert jwks thumbprint lint; do
    accept "$verb of a URL" $verb --cacert ca.pem "$at/jwks.json"
    out_is "$verb of a URL" "$("$XCJ" $verb www/jwks.json)"
    refuse "$verb of a URL that fails" 11 'none.json: the server answers 404' $verb --cacert ca.pem "$at/none.json"
    refuse "$verb of a URL that is no good" 2 'the URL names a user' $verb 'https://me@issuer.example/jwks.json'
    refuse "$verb of a plain URL" 2 'http:// is for this machine only' $verb http://issuer.example/jwks.json
    refuse "$verb, an option about nothing" 2 'only with a URL' $verb --timeout 2 www/jwks.json
    refuse "$verb, a query that may be secret" 11 'none.json?...: the server' $verb --cacert ca.pem "$at/none.json?key=1"
done
"$XCJ" convert www/jwks.json >www/key.pem
accept 'PEM by URL' thumbprint --cacert ca.pem "$at/key.pem"
out_is 'PEM by URL' "$("$XCJ" thumbprint one.json)"
accept 'one key of a set by URL' convert --cacert ca.pem --kid one "$at/jwks.json"
out_is 'one key of a set by URL' "$(cat www/key.pem)"
printf '<html>' >www/page.html
refuse 'no key by URL' 3 'page.html: ' convert --cacert ca.pem "$at/page.html"
accept 'several sources, one a URL' jwks --cacert ca.pem two.json --add "$at/jwks.json"
out_is 'several sources, one a URL' "$("$XCJ" jwks two.json one.json)"
accept 'a set is kept' thumbprint --cacert ca.pem --cache-dir kept-keys "$at/jwks.json?cc=fresh&keys"
accept 'and read again' convert --cacert ca.pem --cache-dir kept-keys "$at/jwks.json?cc=fresh&keys"
asked 'a set is kept' 1 '/jwks.json?cc=fresh&keys'
refuse 'a page is not kept' 3 'page.html?...: ' convert --cacert ca.pem --cache-dir kept-keys "$at/page.html?cc=fresh"
refuse 'nor read again' 3 'page.html?...: ' convert --cacert ca.pem --cache-dir kept-keys "$at/page.html?cc=fresh"
asked 'a page is not kept' 2 '/page.html?cc=fresh'

refuse 'a kid that is not there' 5 'no key with kid "two"' verify --cacert ca.pem --jwks "$at/jwks.json?kid" "$other"
asked 'what was just fetched is not asked for again' 1 /jwks.json?kid

# What comes is not what is wanted.
r 'not found' 11 'none.json: the server answers 404' "$at/none.json"
r 'server error' 11 'the server answers 500' "$at/500"
printf '<html>' >www/text.json
r 'not JSON' 3 'text.json: is not a JWK Set' "$at/text.json"
: >www/empty.json
r 'empty' 3 'empty.json: is not a JWK Set' "$at/empty.json"
r 'a redirect within the origin' 11 "redirects (302) to $at/jwks.json, which is not followed" "$at/here"
r 'a redirect to another origin' 11 "redirects (302) to http://127.0.0.1:$plain/jwks.json, which is not followed" "$at/there"
r 'a redirect with a password and a query' 11 'redirects (302) to https://...@idp.example/login?..., which is not followed' "$at/login"
r 'a redirect without a host' 11 "redirects (302) to $at/login@here?..., which is not followed" "$at/back"
"$XCJ" keygen --alg HS256 --kid one -o hs.json || fail 'keygen'
cp hs.json www/oct.json
hs=$("$XCJ" mint --key hs.json --sub alice)
accept 'a shared secret in a file' verify --jwks www/oct.json "$hs"
refuse 'a shared secret that is published' 9 'HS256' verify --cacert ca.pem --jwks "$at/oct.json" "$hs"
r 'its algorithm asked for' 2 'HS256' "$at/jwks.json" --alg ES256,HS256
f 'another algorithm asked for' "$at/jwks.json" --alg ES256

# At most 1 MiB, whether the server says how much or not.
len=$(wc -c <www/jwks.json)
{ cat www/jwks.json && head -c $((1048576 - len)) /dev/zero | tr '\0' ' '; } >www/full.json
{ cat www/full.json && printf ' '; } >www/large.json
f 'exactly 1 MiB' "$at/full.json"
f 'exactly 1 MiB, in chunks' "$at/chunked/full.json"
r 'one byte more' 11 'large.json: is larger than 1048576 bytes' "$at/large.json"
r 'one byte more, in chunks' 11 'large.json: is larger than 1048576 bytes' "$at/chunked/large.json"

# At most 256 lines and 64 KiB of headers, and of trailers.
for kind in '' /trailers; do
    f "240 lines $kind" "$at${kind:-/headers}/jwks.json"
    r "260 lines $kind" 11 'has more than 65536 bytes or 256 lines of headers' "$at$kind/chatty/jwks.json"
    f "61 KiB $kind" "$at$kind/heavy/jwks.json"
    r "65 KiB $kind" 11 'has more than 65536 bytes or 256 lines of headers' "$at$kind/heavier/jwks.json"
done

# Time.
begun=$(date +%s)
r 'slow' 11 'timed out' "$at/slow/jwks.json" --timeout 1
[ $(($(date +%s) - begun)) -lt 5 ] || fail 'slow: given up in time'
r 'no time at all' 2 '--timeout: must be' "$at/jwks.json" --timeout 0
r 'no duration' 2 '--connect-timeout' "$at/jwks.json" --connect-timeout soon
f 'times' "$at/jwks.json" --timeout 1m --connect-timeout 2s

# Who is at the other end.
r 'no such server' 11 'connect' "https://127.0.0.1:1/jwks.json"
r 'another host than the certificate names' 11 'SSL' "https://127.0.0.2:$tls/jwks.json"
refuse 'another CA' 11 'SSL' verify --cacert other.pem --jwks "$at/jwks.json" "$token"
refuse 'a CA that nobody knows' 11 'SSL' verify --jwks "$at/jwks.json" "$token"
for source in - env:CA; do
    refuse "CA certificates from $source" 2 '--cacert: must be the name of a file' verify --cacert $source --jwks "$at/jwks.json" "$token"
done
refuse 'no such CA file' 3 'none.pem: No such file' verify --cacert none.pem --jwks "$at/jwks.json" "$token"
r 'TLS with a server that has none' 11 'SSL' "https://127.0.0.1:$plain/jwks.json"

# Without TLS.
f 'http on this machine' "http://127.0.0.1:$plain/jwks.json"
f 'http on localhost' "http://localhost:$plain/jwks.json"
for host in 0.0.0.0 127.1 127.0.0.01 127.0.0.1.example localhost.example 2130706433 '[::2]'; do
    r "http on $host" 2 '--allow-http' "http://$host:$plain/jwks.json"
done
for host in 127.255.255.254 LOCALHOST '[::1]'; do
    r "http on $host" 11 'connect' "http://$host:1/jwks.json"
done
f 'http elsewhere, when allowed' "http://0.0.0.0:$plain/jwks.json" --allow-http
refuse 'another scheme' 3 'looks like a URL: No such file' verify --jwks ftp://127.0.0.1/jwks.json "$token"
refuse 'a file' 3 'No such file' verify --jwks "file://$work/www/jwks.json" "$token"

# A proxy: of the environment, but not for this machine.
http_proxy=http://127.0.0.1:$plain f 'by proxy' http://keys.example/jwks.json?proxy --allow-http
asked 'by proxy' 1 'keys.example /jwks.json?proxy 200'
https_proxy=http://127.0.0.1:1 f 'no proxy for this machine' "$at/jwks.json"

# Options.
refuse 'a URL and a file' 2 'a URL cannot be combined with another --key' verify --key "$at/jwks.json" --key www/jwks.json "$token"
refuse 'two sources' 2 'and no other' verify --jwks "$at/jwks.json" --key www/jwks.json "$token"
refuse 'a URL and a prefix' 2 'and no other' verify --jwks "$at/jwks.json" --jku-prefix "$at/" "$token"
refuse 'an option about nothing' 2 'only with a URL' verify --jwks www/jwks.json --cacert ca.pem "$token"

r 'a policy that cannot be' 2 'verify: ' "$at/jwks.json?policy" --leeway 2d
asked 'a policy that cannot be' 0 /jwks.json?policy

# Verdicts.
run verify --json --cacert ca.pem --jwks "$at/none.json" "$token"
[ "$status" -eq 11 ] || fail 'verdict: exit 11'
out_has 'verdict' '{"ok":false,"code":"XCJ_ERR_FETCH","exit":11,"message":"https://127.0.0.1'
run verify --json --cacert ca.pem --jwks "$at/jwks.json" "$token"
out_has 'verdict, good' '{"ok":true,"code":"XCJ_OK","exit":0,"message":null,'

# Many tokens, one request.
printf '%s\n%s\nnonsense\n%s\n' "$token" "$other" "$token" >tokens
run verify --batch --json --cacert ca.pem --jwks "$at/jwks.json?batch" @tokens
[ "$status" -eq 5 ] || fail 'a batch: the first refusal is the exit status'
[ "$(grep -c '"ok":true' out)" -eq 2 ] || fail 'a batch: two are valid'
out_has 'a batch' '"line":2,"ok":false,"code":"XCJ_ERR_NO_KEY","exit":5'
asked 'a batch' 1 /jwks.json?batch
run verify --batch --json --cacert ca.pem --jwks "$at/none.json?batch" @tokens
[ "$status" -eq 11 ] || fail 'a batch without keys: exit 11'
[ "$(grep -c '"code":"XCJ_ERR_FETCH","exit":11' out)" -eq 4 ] || fail 'a batch without keys: a verdict for each'
asked 'a batch without keys' 1 /none.json?batch

# The key by a claim.
claimed=$("$XCJ" mint --key one.json --kid nobody --claim client_id=one)
accept 'the key by a claim' verify --cacert ca.pem --jwks "$at/jwks.json" --key-claim client_id "$claimed"
refuse 'not by the kid' 5 'nobody' verify --cacert ca.pem --jwks "$at/jwks.json" "$claimed"

# An installation that was moved, and one without the helper.
for component in libxcj xcj; do
    cmake --install "$XCJ_BUILD" --prefix "$work/first" --component $component >install.log || fail 'it is installed'
done
mv first second
moved=$(dirname "$(find second -path '*/bin/xcj')")
holds 'moved' "$moved/xcj" verify --cacert ca.pem --jwks "$at/jwks.json" "$token"
find second -name xcj-fetch -delete
"$moved/xcj" verify --cacert ca.pem --jwks "$at/jwks.json" "$token" >out 2>err && fail 'without the helper'
err_has 'without the helper' 'the helper program xcj-fetch is missing'
holds 'without the helper other keys do' "$moved/xcj" verify --jwks www/jwks.json "$token"

# Command and helper copied together, and started by another name.
mkdir together && cp "$XCJ" "$XCJ_BUILD/xcj-fetch" together
ln -s together/xcj linked
holds 'copied together' together/xcj verify --cacert ca.pem --jwks "$at/jwks.json" "$token"
holds 'through a link' ./linked verify --cacert ca.pem --jwks "$at/jwks.json" "$token"
holds 'found in PATH' env PATH="$PWD/together:$PATH" xcj verify --cacert ca.pem --jwks "$at/jwks.json" "$token"
# Beside the command somebody else may have put a helper, or changed it.
chmod o+w together/xcj-fetch
together/xcj verify --cacert ca.pem --jwks "$at/jwks.json" "$token" >out 2>err && fail 'a helper that anybody may change'
err_has 'a helper that anybody may change' 'owned by root or by you'
chmod o-w together/xcj-fetch
if [ "$(id -u)" -eq 0 ]; then
    chown 65534 together/xcj-fetch
    together/xcj verify --cacert ca.pem --jwks "$at/jwks.json" "$token" >out 2>err && fail 'a helper of somebody else'
    err_has 'a helper of somebody else' 'owned by root or by you'
    chown 65534 together/xcj
    holds 'command and helper of the same owner' together/xcj verify --cacert ca.pem --jwks "$at/jwks.json" "$token"
fi

# What the helper is given, as a script in its place sees it.
cat >"$moved/xcj-fetch" <<'END'
#!/bin/sh
printf '%s\n' "$@" >words
env >environment
ls -l /proc/self/fd >descriptors
END
chmod +x "$moved/xcj-fetch"
echo hidden >hidden
SECRET=secret https_proxy=http://proxy.example "$moved/xcj" verify --jwks https://keys.example/jwks.json "$token" \
    7<hidden >out 2>err && fail 'a helper that says nothing'
err_has 'a helper that says nothing' 'xcj-fetch failed'
grep -qx https://keys.example/jwks.json words || fail 'the helper is given the URL'
grep -q '^https_proxy=' environment || fail 'the helper is given the proxy'
if grep -q SECRET environment; then fail 'the helper is given no secrets of the environment'; fi
if grep -qF "$token" words; then fail 'the helper is given no token'; fi
grep -q ' 1 -> ' descriptors || fail 'the descriptors are listed'
if grep -q ' -> .*/hidden' descriptors; then fail 'the helper is given no descriptors'; fi
# shellcheck disable=SC2016
sh -c 'ulimit -S -n 9 && exec "$@"' sh "$moved/xcj" verify --jwks https://keys.example/jwks.json "$token" \
    9<hidden >out 2>err && fail 'a helper that says nothing'
err_has 'with a low limit' 'xcj-fetch failed'
grep -q ' 1 -> ' descriptors || fail 'the descriptors are listed, with a low limit'
if grep -q ' -> .*/hidden' descriptors; then fail 'the helper is given no descriptor above the limit'; fi

# --issuer: the document names the keys; its issuer and the token's are exactly what was asked for.
mkdir -p www/.well-known/oauth-authorization-server www/oidc/.well-known www/liar/.well-known www/bare/.well-known
echo "{\"issuer\":\"$at/oidc\",\"jwks_uri\":\"$at/rotating.json\"}" >www/oidc/.well-known/openid-configuration
echo "{\"issuer\":\"$at/oauth\",\"jwks_uri\":\"$at/rotating.json\"}" >www/.well-known/oauth-authorization-server/oauth
echo "{\"issuer\":\"$at/oidc\",\"jwks_uri\":\"$at/rotating.json\"}" >www/liar/.well-known/openid-configuration
echo "{\"issuer\":\"$at/bare\"}" >www/bare/.well-known/openid-configuration
cp www/jwks.json www/rotating.json
by() { "$XCJ" mint --key "$1.json" --sub alice --iss "$2"; }
for path in oidc oauth; do
    accept "--issuer $path" verify --cacert ca.pem --issuer "$at/$path" "$(by one "$at/$path")"
done
i() { refuse "$1" "$2" "$3" verify --cacert ca.pem --issuer "$at/$4" "$5"; }
i 'another iss' 8 'iss' oidc "$(by one "$at/oauth")"
i 'an iss with a slash more' 8 'iss' oidc "$(by one "$at/oidc/")"
i 'no iss' 8 'iss' oidc "$token"
i 'the document of another issuer' 3 'is the document of another issuer' liar "$(by one "$at/liar")"
i 'an issuer with a slash more' 3 'is the document of another issuer' oidc/ "$(by one "$at/oidc/")"
i 'a document without keys' 3 'its jwks_uri is missing' bare "$(by one "$at/bare")"
mkdir -p www/open/.well-known www/prose/.well-known
echo "{\"issuer\":\"$at/open\",\"jwks_uri\":\"http://issuer.example/jwks\"}" >www/open/.well-known/openid-configuration
i 'keys without TLS' 3 'its jwks_uri is http://, which only --allow-http allows' open "$(by one "$at/open")"
echo 'not here' >www/prose/.well-known/openid-configuration
i 'a document that is no JSON' 3 'is not JSON' prose "$(by one "$at/prose")"
i 'no document' 11 'openid-configuration: the server answers 404' nowhere "$token"
i 'a key that is not published' 5 'two' oidc "$(by two "$at/oidc")"
refuse '--issuer and --iss' 2 'leave out --iss' verify --issuer "$at/oidc" --iss x "$token"
refuse '--issuer and --key' 2 'and no other' verify --issuer "$at/oidc" --key one.json "$token"
refuse 'an issuer with a query' 2 'an issuer has none' verify --issuer "$at/oidc?a=b" "$token"
# Several --issuer: the token's iss selects one, and only the keys of that one verify the token.
mkdir -p www/second/.well-known www/shared/.well-known
"$XCJ" jwks two.json >www/two.json
echo "{\"issuer\":\"$at/second\",\"jwks_uri\":\"$at/two.json\"}" >www/second/.well-known/openid-configuration
echo "{\"issuer\":\"$at/shared\",\"jwks_uri\":\"$at/two.json\"}" >www/shared/.well-known/openid-configuration
several() {
    several_name=$1
    shift
    accept "$several_name" verify --cacert ca.pem --issuer "$at/oidc" --issuer "$at/second" --issuer "$at/shared" "$@"
}
none_of() {
    none_name=$1 none_status=$2 none_text=$3
    shift 3
    refuse "$none_name" "$none_status" "$none_text" verify --cacert ca.pem --issuer "$at/oidc" --issuer "$at/second" "$@"
}
several 'the first issuer' "$(by one "$at/oidc")"
several 'the second issuer' "$(by two "$at/second")"
several 'two issuers with the same set' --quiet "$(by two "$at/shared")" "$(by two "$at/second")"
by one "$at/oidc" >lines
by two "$at/second" >>lines
several 'a batch of both' --quiet --batch lines
accept 'an issuer twice' verify --cacert ca.pem --issuer "$at/oidc" --issuer "$at/oidc" "$(by one "$at/oidc")"
none_of "the first issuer's key for the second's token" 5 'one' "$(by one "$at/second")"
none_of "the second issuer's key for the first's token" 5 'two' "$(by two "$at/oidc")"
none_of 'none of the issuers' 8 '"iss" is "urn:x"' "$(by one urn:x)"
none_of 'a token without iss' 8 'iss' "$token"
none_of 'a token that is none' 3 'xcj: ' a.b.c
none_of 'a document that fails, of the issuer that is named' 11 'nowhere/.well-known/openid-configuration: the server answers 404' \
    --issuer "$at/nowhere" "$(by one "$at/nowhere")"
several 'a document that fails, of another issuer' --issuer "$at/nowhere" "$(by two "$at/second")"
printf payload >payload
none_of 'a detached payload' 2 'xcj: verify: --payload: ' --payload payload "$token"
"$XCJ" mint --key two.json --jws --payload payload --format json >signed
none_of 'a JSON serialisation' 9 'a JSON serialisation needs one' @signed
run verify --cacert ca.pem --issuer "$at/oidc" --issuer "$at/second" --json "$(by one urn:x)"
[ "$status" -eq 8 ] || fail "none of the issuers, as a verdict: exit $status"
out_has 'none of the issuers, as a verdict' '"failed":["iss"]'
out_has 'none of the issuers: no key was tried' '"tried":[]'
several 'the second issuer, as a verdict' --json "$(by two "$at/second")"
out_has 'the second issuer: iss was checked' '"not_checked":["aud"]'
refuse 'one of the issuers with a query' 2 'an issuer has none' verify --issuer "$at/oidc" --issuer "$at/second?a" "$token"
# After a rotation the new key is found, although the old set is still fresh: an unknown kid asks again.
echo "{\"issuer\":\"$at/oidc\",\"jwks_uri\":\"$at/rotating.json?cc=fresh\"}" >www/oidc/.well-known/openid-configuration
by one "$at/oidc" >old
by two "$at/oidc" >new
o() { accept "$1" verify --cacert ca.pem --cache-dir kept --issuer "$at/oidc" "$2"; }
o 'before a rotation' old
o 'from the cache' old
asked 'the set is kept' 1 '/rotating.json?cc=fresh'
"$XCJ" jwks one.json two.json >www/rotating.json
o 'after a rotation, the new key' new
o 'after a rotation, the old key' old
asked 'an unknown kid asks again' 2 '/rotating.json?cc=fresh'

finish
