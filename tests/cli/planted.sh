#!/bin/sh
# Output into a directory of others: nothing that they have planted there is written through. And files that cannot be replaced.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
umask 022
"$XCJ" keygen --alg ES256 --kid k -o key.json || fail 'keygen'
"$XCJ" convert --public key.json -o public.pem || fail 'convert'

# not_through NAME TEXT PATH: neither a private key nor a public one goes there, and nothing is left beside it.
not_through() {
    for source in key.json public.pem; do
        remaining=$(find others mine -name '.xcj-*')
        [ -z "$remaining" ] || fail "$1: left: $remaining"
        (limited timeout 20 "$XCJ" convert -o "$3" $source) >out 2>err
        status=$?
        came_to "$1, $source" 1
        one_line "$1, $source"
        err_has "$1, $source" "$2"
    done
}

# traps FOLDER: what others plant in it: links to a file of the user's, to none yet, to a folder and to itself; a pipe; a socket.
mkdir mine
traps() {
    printf 'mine\n' >mine/file
    ln -s "$work/mine/file" "$1/file"
    ln -s "$work/mine/none" "$1/none"
    ln -s "$work/mine" "$1/folder"
    ln -s ../mine "$1/near"
    ln -s loop "$1/loop"
    mkfifo "$1/pipe"
}
# caught FOLDER: none of the traps works.
caught() {
    rm -f mine/none mine/x
    for link in file none folder loop; do
        not_through "$1: a link ($link)" "the symbolic link \"$link\" is in a directory where others may write" "$1/$link"
    done
    for link in folder near; do
        not_through "$1: a link on the way ($link)" "the symbolic link \"$link\" is in a directory where" "$1/$link/x"
    done
    cat "$1/pipe" >leaked &
    reader=$!
    not_through "$1: a pipe" 'is a pipe in a directory where others may write' "$1/pipe"
    kill $reader 2>/dev/null
    wait $reader 2>/dev/null
    [ ! -s leaked ] || fail "$1: the reader of a planted pipe got a key"
    [ "$(cat mine/file)" = mine ] || fail "$1: a file was written through a link"
    if [ -e mine/none ] || [ -e mine/x ]; then fail "$1: a file was made through a link"; fi
}

mkdir others
chmod 1777 others
traps others
caught others
accept 'a new file' convert -o others/new key.json
holds 'a new file is private' test "$(stat -c %a others/new)" = 600
rm others/new
printf 'planted' >others/open && chmod 666 others/open
accept 'a private key over a file' convert -o others/open key.json
holds 'its mode is not kept' test "$(stat -c %a others/open)" = 600
printf 'planted' >others/open2 && chmod 666 others/open2
accept 'a public key over a file' convert -o others/open2 public.pem
holds 'its mode is not kept either' test "$(stat -c %a others/open2)" = 644
accept 'keygen' keygen --alg ES256 -o others/k --public-out others/p
refuse 'keygen through a link' 1 'is not followed' keygen --alg ES256 -o mine/k --public-out others/file
[ ! -e mine/k ] || fail 'keygen wrote one of two files'
refuse 'a device is none of theirs' 1 'is a pipe' keygen --alg ES256 -o /dev/null --public-out others/pipe
ln -s others way
accept 'a link of mine into it' convert -o way/by key.json
chmod 755 others
accept 'it is mine again' convert -o others/file public.pem
holds 'it is mine again' test -L others/file
accept 'and its links lead on' convert -o others/folder/x public.pem
{ cat others/pipe >piped & }
accept 'and so do its pipes' convert -o others/pipe key.json
wait
grep -q 'PRIVATE KEY' piped || fail 'and so do its pipes: the key'
refuse 'a loop' 1 'Too many levels' convert -o others/loop public.pem
refuse 'a file is no folder' 1 'Not a directory' convert -o mine/file/x public.pem
refuse 'a slash at the end' 1 'directory' convert -o mine/ public.pem
refuse 'a file with a slash' 1 'Not a directory' convert -o mine/file/ public.pem
accept 'slashes and dots' convert -o .//mine/.././mine//y public.pem
holds 'slashes and dots' test -f mine/y

# A file that cannot be replaced, for its folder cannot be written: as a normal user.
as=
if [ "$(id -u)" -eq 0 ]; then
    as='setpriv --reuid 65534 --regid 65534 --clear-groups'
    chmod 755 "$work"
    # shellcheck disable=SC2086 # words
    $as "$XCJ" --version >/dev/null 2>&1 || as=none
fi
if [ "$as" = none ]; then
    printf 'SKIP: no setpriv, or xcj is not open to a normal user: folders that cannot be written\n'
else
    mkdir fixed && printf 'old and longer than what comes' >fixed/file && ln fixed/file fixed/second && chmod 666 fixed/file && chmod 555 fixed
    cp key.json readable.json && chmod 644 readable.json
    # as_user NAME STATUS WORD...
    as_user() {
        as_name=$1
        as_status=$2
        shift 2
        # shellcheck disable=SC2086 # words
        (limited $as "$XCJ" "$@") >out 2>err
        status=$?
        came_to "$as_name" "$as_status"
    }
    as_user 'in place' 0 convert -o fixed/file public.pem
    "$XCJ" convert public.pem >want
    same 'in place' want fixed/file
    holds 'in place: the mode and the links are kept' test "$(stat -c '%a %h' fixed/file)" = '666 2'
    printf 'old' >fixed/file
    as_user 'a private key is not written in place' 1 convert -o fixed/file readable.json
    err_has 'a private key is not written in place' 'a secret is not written in place'
    [ "$(cat fixed/file)" = old ] || fail 'a private key is not written in place: the file is as it was'
    as_user 'a new file' 1 convert -o fixed/new public.pem
    err_has 'a new file' 'Permission denied'
    chmod 755 fixed
fi

# What only root can set up: folders and files of other users, and mounts.
if [ "$(id -u)" -ne 0 ]; then
    printf 'SKIP: not root: folders of other users, owners, mounts\n'
    finish
fi
mkdir theirs && traps theirs && chown -h 65534:65534 theirs theirs/*
caught theirs
printf 'planted' >theirs/open && chown 65534:65534 theirs/open && chmod 644 theirs/open
accept 'a folder of another user' convert -o theirs/open key.json
holds 'the planted owner and mode are not kept' test "$(stat -c '%u %a' theirs/open)" = '0 600'
mkdir group && traps group && chgrp 4242 group && chmod 775 group
caught group
chgrp 0 group
accept 'my own group' convert -o group/none public.pem

printf 'old' >owned && chown 65534:4242 owned && chmod 640 owned
accept 'owner, group and mode' convert -o owned public.pem
holds 'owner, group and mode are kept' test "$(stat -c '%u:%g %a' owned)" = '65534:4242 640'
accept 'of a closed file also for a private key' convert -o owned key.json
holds 'of a closed file also for a private key' test "$(stat -c '%u:%g %a' owned)" = '65534:4242 640'
printf 'old' >owned && chmod 644 owned
accept 'a private key over an open file' convert -o owned key.json
holds 'a private key over an open file' test "$(stat -c '%u:%g %a' owned)" = '0:0 600'
if [ "$as" != none ]; then
    # A group that the process may not give gets no more than everybody.
    mkdir home && printf 'old' >home/file && chown 65534:65534 home && chown 65534:4242 home/file && chmod 664 home/file
    as_user 'a group that cannot be kept' 0 convert -o home/file public.pem
    holds 'a group that cannot be kept' test "$(stat -c '%u:%g %a' home/file)" = '65534:65534 644'
    printf 'old' >home/closed && chown 65534:4242 home/closed && chmod 660 home/closed
    as_user 'a private key, a group that cannot be kept' 0 convert -o home/closed readable.json
    holds 'a private key, a group that cannot be kept' test "$(stat -c '%u:%g %a' home/closed)" = '65534:65534 600'
fi

if ! unshare -m true 2>/dev/null; then
    printf 'SKIP: no mounts here\n'
    finish
fi
# mounted STATUS WORD...: xcj where the file `target` is a mount of the file `beneath`.
mounted() {
    mounted_status=$1
    shift
    printf 'old' >target && printf 'old' >beneath
    # shellcheck disable=SC2016 # of the inner shell
    (limited unshare -m sh -c 'mount --bind beneath target && shift && "$@"' sh "$@") >out 2>err
    status=$?
    came_to "mounted: $*" "$mounted_status"
}
mounted 0 x "$XCJ" convert -o target public.pem
same 'a mount is written in place' want beneath
mounted 1 x "$XCJ" convert -o target key.json
err_has 'a mount, a private key' 'cannot be replaced (Device or resource busy), and a secret is not written in place'
[ "$(cat beneath)" = old ] || fail 'a mount, a private key: nothing was written'
mounted 1 x "$XCJ" keygen --alg ES256 -o target --public-out beside
[ ! -e beside ] || fail 'a mount: keygen wrote one of two files'
mounted 0 x "$XCJ" keygen --alg ES256 -o beside.json --public-out target
[ -z "$(find . -name '.xcj-*')" ] || fail 'a mount: a temporary file is left'

# A disk that is full, and one that is read-only. disk HOW WORD...: xcj where the folder `disk` is such a one, with a file `old`; what is
# on it afterwards is in `listed`.
mkdir disk
disk() {
    disk_how=$1
    shift
    # shellcheck disable=SC2016 # of the inner shell
    (limited unshare -m sh -c 'mount -t tmpfs -o size=8k,mode=700 none disk && printf old >disk/old && how=$1 && shift &&
        case $how in full) head -c 9000 /dev/zero >disk/fill 2>/dev/null ;; read-only) mount -o remount,ro disk ;; esac
        "$@"; code=$?; find disk -type f ! -name fill -exec grep -H "" {} + >listed; exit $code' sh "$disk_how" "$XCJ" "$@") >out 2>err
    status=$?
}
for how in roomy full read-only; do
    case $how in roomy) want_status=0 ;; *) want_status=1 ;; esac
    for words in 'convert --public -o disk/old key.json' 'convert -o disk/new key.json' 'keygen --alg ES256 -o disk/new --public-out beside2' \
        'keygen --alg ES256 -o beside2 --jwks-out disk/new' 'jwks -o disk/old key.json'; do
        # shellcheck disable=SC2086 # words
        disk $how $words
        came_to "$how: $words" $want_status
        [ $how != roomy ] || continue
        err_has "$how: $words" 'cannot write: '
        [ "$(cat listed)" = disk/old:old ] || fail "$how: $words: $(cat listed)"
        [ ! -e beside2 ] || fail "$how: $words: one of two files was written"
    done
    rm -f beside2
done
finish
