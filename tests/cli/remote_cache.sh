#!/bin/sh
# verify --cache-dir: what is kept, for how long, and when the server is asked again. nginx counts the requests.
# shellcheck source=nginx.sh
. "$(dirname "$0")/nginx.sh"

for kid in one two three; do
    "$XCJ" keygen --alg ES256 --kid $kid -o $kid.json || fail 'keygen'
    "$XCJ" mint --key $kid.json --bare --claims "{\"sub\":\"$kid\"}" >$kid.jwt
done
# publish KEY...: the set at jwks.json. nginx makes the ETag of the second and the size: each set has another second.
seconds=1000
publish() {
    "$XCJ" jwks "$@" >www/jwks.json
    seconds=$((seconds + 1))
    touch -d "@$seconds" www/jwks.json
}
publish one.json
# good NAME KID QUERY, bad NAME STATUS TEXT KID QUERY: the token of this key, the set at jwks.json?QUERY, kept in the folder kept.
good() {
    accept "$1" verify --allow-no-exp --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?$3" "@$2.jwt"
}
bad() {
    refuse "$1" "$2" "$3" verify --allow-no-exp --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?$5" "@$4.jwt"
}
# entry QUERY: the file that keeps it. age QUERY SECONDS: as if that much time had passed.
entry() {
    grep -lFx "url $at/jwks.json?$1" kept/*
}
age() {
    age_file=$(entry "$1")
    awk -v by="$2" '/^(fetched|asked) [1-9]/ && !body { $2 -= by } /^$/ { body = 1 } { print }' "$age_file" >aged
    cp aged "$age_file"
}

# Cache-Control.
good 'fresh' one cc=fresh
holds 'the folder is private' test "$(stat -c %a kept)" = 700
holds 'its files are private' test "$(stat -c %a "$(entry cc=fresh)")" = 600
holds 'its names are hashes' sh -c 'ls kept | grep -qxE "[0-9a-f]{64}"'
good 'fresh, again' one cc=fresh
asked 'fresh' 1 '?cc=fresh '
accept '--now does not make it stale' verify --allow-no-exp --now 9999999999 --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?cc=fresh" @one.jwt
asked '--now does not make it stale' 1 '?cc=fresh '
age cc=fresh 61
accept '--now does not make it fresh' verify --allow-no-exp --now "$(($(date +%s) - 60))" --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?cc=fresh" @one.jwt
asked '--now does not make it fresh' 2 '?cc=fresh '
good 'fresh once more' one cc=fresh
asked 'fresh once more' 2 '?cc=fresh '
asked 'with its ETag the server need not send it again' 1 '?cc=fresh 304 \x22'
age cc=fresh -100
good 'from the future' one cc=fresh
asked 'from the future' 3 '?cc=fresh '
for case in fresh:1 quoted:1 long:1 twice:2 words:2 within:2 bar:2 zero:2 store:2 none:2; do
    good "$case" one "cc=${case%:*}&a"
    good "$case" one "cc=${case%:*}&a"
    asked "$case" "${case#*:}" "?cc=${case%:*}&a "
done
asked 'no-cache is kept, and asked about' 1 '?cc=bar&a 304'
asked 'without Cache-Control likewise' 1 '?cc=none&a 304'
asked 'no-store is not kept' 2 '?cc=store&a 200 -'
[ -z "$(entry 'cc=store&a')" ] || fail 'no-store is not kept'
age 'cc=long&a' 86401
good 'no longer than a day' one 'cc=long&a'
asked 'no longer than a day' 2 '?cc=long&a '
good 'old already' one 'cc=fresh&age=59'
age 'cc=fresh&age=59' 2
good 'old already' one 'cc=fresh&age=59'
asked 'old already' 2 '?cc=fresh&age=59 '

# Rotation: an unknown kid asks again, once.
good 'before' one 'cc=fresh&b'
publish one.json two.json
good 'a new key' two 'cc=fresh&b'
asked 'a new key' 2 '?cc=fresh&b '
good 'the old key' one 'cc=fresh&b'
bad 'within the cool-down' 5 'three' three 'cc=fresh&b'
asked 'within the cool-down' 2 '?cc=fresh&b '
age 'cc=fresh&b' 31
bad 'after the cool-down' 5 'three' three 'cc=fresh&b'
asked 'after the cool-down' 3 '?cc=fresh&b '
bad 'and not again' 5 'three' three 'cc=fresh&b'
asked 'and not again' 3 '?cc=fresh&b '
cat three.jwt three.jwt three.jwt >tokens
age 'cc=fresh&b' 31
xcj verify --batch --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?cc=fresh&b" @tokens >out 2>err && fail 'a batch'
asked 'a batch asks once' 4 '?cc=fresh&b '

# A key that is withdrawn, when the entry is stale. What is stale is not used when the server fails.
good 'withdrawn, before' one 'cc=fresh&c'
publish two.json
age 'cc=fresh&c' 61
bad 'withdrawn' 5 'one' one 'cc=fresh&c'
publish one.json
age 'cc=fresh&c' 61
good 'back again' one 'cc=fresh&c'
mv www/jwks.json www/away.json
good 'fresh, and the server fails' one 'cc=fresh&c'
run verify --allow-no-exp --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?cc=fresh&c" @two.jwt
[ "$status" -eq 5 ] || fail 'an unknown kid, and the server fails'
err_has 'an unknown kid, and the server fails' 'warning: '
err_has 'an unknown kid, and the server fails' 'answers 404'
bad 'the cool-down counts' 5 'two' two 'cc=fresh&c'
age 'cc=fresh&c' 61
bad 'stale, and the server fails' 11 'answers 404' one 'cc=fresh&c'
printf 'broken' >www/jwks.json
bad 'stale, and the server sends nonsense' 3 'is not a JWK Set' one 'cc=fresh&c'
mv www/away.json www/jwks.json
good 'the server is well again' one 'cc=fresh&c'

# Entries that are damaged count for nothing.
count=$(grep -cF '?cc=fresh&c 200' asked)
for damage in 'head -c 0' 'head -c 40' 'head -n 3' 'sed s/keys/kex/' 'sed s/^url.*/url_x/' 'sed s/^fetched.*/fetched_x/' 'sed s/^fetched./&99999999999999999999/'; do
    file=$(entry 'cc=fresh&c')
    $damage <"$file" >damaged
    cp damaged "$file"
    good "damaged: $damage" one 'cc=fresh&c'
done
asked 'damaged' $((count + 5)) '?cc=fresh&c 200'

# Folders that will not do.
mkdir shared && chmod 777 shared
refuse 'a folder for everybody' 3 'nobody else may write' verify --cacert ca.pem --cache-dir shared --jwks "$at/jwks.json" @one.jwt
: >file
refuse 'a file' 3 'nobody else may write' verify --cacert ca.pem --cache-dir file --jwks "$at/jwks.json" @one.jwt
refuse 'a file for a parent' 1 'cannot be made' verify --cacert ca.pem --cache-dir file/kept --jwks "$at/jwks.json" @one.jwt
refuse 'an empty name' 3 'is empty' verify --cacert ca.pem --cache-dir '' --jwks "$at/jwks.json" @one.jwt
mkdir own && chmod 700 own && ln -s own linked
for linked in linked linked/ linked//; do
    refuse "a link, $linked" 3 'nobody else may write' verify --cacert ca.pem --cache-dir $linked --jwks "$at/jwks.json" @one.jwt
done
for made in new/a/b new/a/c/ "$work/new/d"; do
    accept "missing parents, $made" verify --allow-no-exp --cacert ca.pem --cache-dir "$made" --jwks "$at/jwks.json?cc=fresh&$made" @one.jwt
    holds "missing parents, $made: kept" test "$(find "$made" -type f | wc -l)" -eq 1
done
holds 'parents are private' test "$(stat -c %a new new/a new/a/b | tr '\n' ' ')" = '700 700 700 '
accept 'a parent that is a link' verify --allow-no-exp --cacert ca.pem --cache-dir linked/kept --jwks "$at/jwks.json" @one.jwt
chmod 700 shared
accept 'the same folder, private' verify --allow-no-exp --cacert ca.pem --cache-dir shared --jwks "$at/jwks.json" @one.jwt

# What was fetched under one CA is not used under another.
refuse 'another CA' 11 'SSL' verify --allow-no-exp --cacert other.pem --cache-dir kept --jwks "$at/jwks.json?cc=fresh" @one.jwt

# A fresh set needs no helper.
mkdir lone && cp "$XCJ" lone/xcj
good 'kept' one 'cc=fresh&d'
holds 'kept: no helper' lone/xcj verify --allow-no-exp --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?cc=fresh&d" @one.jwt

# Many processes, one folder.
rounds=0
while [ $rounds -lt 3 ]; do
    pids=
    for _ in 1 2 3 4 5 6; do
        limited "$XCJ" verify --allow-no-exp --quiet --cacert ca.pem --cache-dir kept --jwks "$at/jwks.json?cc=bar&e" @one.jwt &
        pids="$pids $!"
    done
    for pid in $pids; do wait "$pid" || fail 'one of many processes fails'; done
    rounds=$((rounds + 1))
done
[ -z "$(find kept -name '*.*')" ] || fail 'a temporary file is left'
good 'after many processes' one 'cc=bar&e'

# A directory does not grow without end: the oldest entry goes. What is not an entry stays.
oldest=$(entry 'cc=bar&e')
good 'the oldest, before' one 'cc=fresh&d'
spared=$(entry 'cc=fresh&d')
touch -d '2001-01-01' "$oldest"
: >kept/notes.txt && touch -d '2000-01-01' kept/notes.txt
n=$(find kept -type f -name '[0-9a-f]*' | wc -l)
while [ "$n" -lt 256 ]; do
    n=$((n + 1))
    : >"kept/$(printf '%064d' $n)"
done
good 'a full directory' one 'cc=fresh&full'
holds 'a full directory: the new one is kept' test -f "$(entry 'cc=fresh&full')"
holds 'a full directory: the oldest is gone' test ! -e "$oldest"
holds 'a full directory: others stay' test -f "$spared"
holds 'a full directory: other files stay' test -f kept/notes.txt
[ "$(find kept -type f | wc -l)" -eq 257 ] || fail 'a full directory: 256 entries and a file of somebody else'
good 'an entry of a full directory is renewed' one 'cc=zero&full2'
good 'an entry of a full directory is renewed' one 'cc=zero&full2'
[ "$(find kept -type f | wc -l)" -eq 257 ] || fail 'a full directory: renewing an entry removes none'
rm kept/0* kept/notes.txt

# An answer with headers that cannot be trusted is used, and not kept.
once() {
    good "$1" one "cc=fresh&$2"
    good "$1" one "cc=fresh&$2"
    asked "$1" "$3" "?cc=fresh&$2 "
}
once 'an Age' 'h1&age=5' 1
once 'an Age of text' 'h2&age=soon' 2
once 'an Age below zero' 'h3&age=-5' 2
once 'an Age twice' 'h4&age=5&again=5' 2
once 'an Age that no number holds' 'h5&age=99999999999999999999999999' 2
once 'an Age longer than any' 'h6&age=00000000000000000000000000000000000000000005' 2
once 'an Age in years' 'h7&age=999999999999999' 2
once 'a Vary' 'h8&vary=Accept' 1
once 'a Vary of all' 'h9&vary=*' 2
once 'a Vary of all, among others' 'h10&vary=Accept,*' 2
once 'a folded header' 'h11&fold=1' 2
once 'a header of its own line' 'h12&fold=0' 1
for type in json:1 jwk-set+json:1 parameter:1 json-patch:2 xjson:2 html:2 text:2 untyped:2 twice:2; do
    once "type ${type%:*}" "h13&type=${type%:*}" "${type#*:}"
done
good 'max-age of 19 digits' one 'cc=huge&h16'
good 'max-age of 19 digits' one 'cc=huge&h16'
asked 'max-age of 19 digits' 2 '?cc=huge&h16 '

# The directory is swapped for a link while the server is asked: the link leads to a set with the key of a forger.
mkdir swapped evil swap && chmod 700 swapped evil
accept 'a name for the entry' verify --allow-no-exp --cacert ca.pem --cache-dir swapped --jwks "$at/jwks.json?cc=fresh&swap" @one.jwt
name=$(ls swapped)
rm "swapped/$name"
{
    printf 'url %s\nfetched %s\nasked 0\ncache-control max-age=60\n\n' "$at/jwks.json?cc=fresh&swap" "$(date +%s)"
    "$XCJ" jwks three.json
} >"evil/$name"
chmod 600 "evil/$name"
cp "evil/$name" forged.entry
cp "$XCJ" swap/xcj
printf '#!/bin/sh\nmv swapped aside; ln -s evil swapped\nexec "%s/xcj-fetch" "$@"\n' "$(dirname "$XCJ")" >swap/xcj-fetch
chmod +x swap/xcj-fetch
(limited env LD_LIBRARY_PATH="$XCJ_BUILD" swap/xcj verify --allow-no-exp --cacert ca.pem --cache-dir swapped --jwks "$at/jwks.json?cc=fresh&swap" @three.jwt) >out 2>err
status=$?
came_to 'swapped meanwhile: the forged token is refused' 5
holds 'swapped meanwhile' test -L swapped
same 'swapped meanwhile: nothing is written through the link' "evil/$name" forged.entry
holds 'swapped meanwhile: the entry is where the directory went' test -f "aside/$name"
# The valid counterpart: in a directory of its own that entry does.
accept 'an entry like that, in its own directory' verify --allow-no-exp --cacert ca.pem --cache-dir evil --jwks "$at/jwks.json?cc=fresh&swap" @three.jwt
# An entry that is a link, or that others can change, is none.
mv "evil/$name" moved.entry && ln -s ../moved.entry "evil/$name"
refuse 'an entry that is a link' 5 'three' verify --allow-no-exp --cacert ca.pem --cache-dir evil --jwks "$at/jwks.json?cc=fresh&swap" @three.jwt
rm "evil/$name" && cp moved.entry "evil/$name" && chmod 666 "evil/$name"
refuse 'an entry that others can change' 5 'three' verify --allow-no-exp --cacert ca.pem --cache-dir evil --jwks "$at/jwks.json?cc=fresh&swap" @three.jwt
rm "evil/$name" && mkfifo "evil/$name"
refuse 'an entry that is a pipe' 5 'three' verify --allow-no-exp --cacert ca.pem --cache-dir evil --jwks "$at/jwks.json?cc=fresh&swap" @three.jwt

# With a jku.
"$XCJ" mint --key one.json --jku "$at/jwks.json?cc=fresh&f" >jku.jwt
accept 'a jku' verify --cacert ca.pem --cache-dir kept --jku-prefix "$at/" --allow-jku-query @jku.jwt
accept 'a jku, kept' verify --cacert ca.pem --cache-dir kept --jku-prefix "$at/" --allow-jku-query @jku.jwt
asked 'a jku' 1 '?cc=fresh&f '
finish
