#!/bin/sh
# Output: modes, atomic replacement, devices, links, full disks, closed streams.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
"$XCJ" keygen --alg ES256 --kid k -o key.json || fail 'keygen'
"$XCJ" convert --public --to jwk key.json >public.json || fail 'convert'
umask 022

accept 'a private PEM' convert -o private.pem key.json
holds 'a private PEM is 0600' test "$(stat -c %a private.pem)" = 600
accept 'a public PEM' convert -o public.pem public.json
holds 'a public PEM is as the umask says' test "$(stat -c %a public.pem)" = 644
accept 'the public part of a private key' convert --public -o public2.pem key.json
holds 'the public part is as the umask says' test "$(stat -c %a public2.pem)" = 644

# A private key over a file that others may read.
printf 'old' >old && chmod 644 old
accept 'over an old file' convert -o old key.json
holds 'over an old file' test "$(stat -c %a old)" = 600
same 'over an old file' old private.pem
printf 'old' >old2 && chmod 751 old2
accept 'a public key over an old file' convert -o old2 public.json
holds 'the mode of the old file is kept' test "$(stat -c %a old2)" = 751
printf 'old' >old3 && chmod 440 old3
accept 'a private key over a file that is closed to others' convert -o old3 key.json
holds 'its mode is kept' test "$(stat -c %a old3)" = 440
ln old2 linked
accept 'over a file of two names' convert -o old2 --force key.json
holds 'the other name keeps the old content' cmp linked public.pem
printf 'old' >target && ln -s target link
accept 'through a link' convert -o link public.json
holds 'the link is still one' test -L link
same 'through a link' target public.pem

accept 'to a device' convert -o /dev/null key.json
holds 'the device is still one' test -c /dev/null
accept 'to standard output by its device' convert -o /dev/stdout public.json
run convert -o /dev/stdout key.json
same 'to standard output by its device' out private.pem
printf 'before\n' >appended
xcj convert -o /dev/stdout public.json >>appended || fail 'to the end of a file'
{ printf 'before\n' && cat public.pem; } | cmp -s - appended || fail 'to the end of a file: what was there is kept'
xcj convert -o /dev/fd/7 public.json 7>seventh || fail 'to a descriptor'
same 'to a descriptor' seventh public.pem
refuse 'to a descriptor that is closed' 1 '/dev/fd/7: cannot write: Bad file descriptor' convert -o /dev/fd/7 public.json
mkfifo pipe && { cat pipe >piped & }
accept 'to a pipe' convert -o pipe public.json
wait
same 'to a pipe' piped public.pem

# What fails leaves nothing.
printf 'kept' >kept
refuse 'a failed conversion' 3 'none.json' convert -o kept none.json
[ "$(cat kept)" = kept ] || fail 'a failed conversion leaves the old file'
refuse 'a folder as output' 1 'cannot write' convert -o . key.json
refuse 'no such folder' 1 'nowhere/x' convert -o nowhere/x key.json
[ -z "$(find . -name '.xcj-*')" ] || fail 'a temporary file is left'

# Standard output that cannot be written.
if [ -c /dev/full ]; then
    for words in 'convert key.json' 'keygen --alg ES256' 'jwks key.json' 'thumbprint key.json' 'mint --key key.json' \
        'mint --key key.json --repeat 3000' '--help' 'verify --help' '--version'; do
        # shellcheck disable=SC2086 # these are words
        xcj $words >/dev/full 2>err
        status=$?
        : >out
        came_to "full: $words" 1
        one_line "full: $words"
        err_has "full: $words" 'cannot write to standard output: No space left on device'
    done
    xcj keygen --alg ES256 --public-out never.json >/dev/full 2>err && fail 'keygen to a full device'
    [ ! -e never.json ] || fail 'the public file of a key that was lost'
fi
xcj convert key.json >&- 2>err && fail 'standard output is closed'
err_has 'standard output is closed' 'cannot write to standard output'
ln -s /dev/stdout shown
for name in /dev/stdout /dev/fd/1 /proc/self/fd/1 shown; do
    xcj keygen --alg ES256 -o $name >&- 2>err && fail "the key is lost: $name"
    err_has "$name is closed" "$name: cannot write: Bad file descriptor"
    xcj keygen --alg ES256 -o $name 2>err | grep -q '"d":' || fail "$name is open"
done
xcj convert -o closed.pem key.json >&- 2>&- <&- || fail 'all streams are closed, and not needed'
same 'all streams are closed' closed.pem private.pem
run convert - <&-
[ "$status" -eq 3 ] || fail 'standard input is closed'
finish
