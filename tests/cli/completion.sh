#!/bin/sh
# completion.sh bash|zsh|fish: what the shell of this name offers behind the words of a command line.
shell=${1:?bash, zsh or fish}
script=$(cd "$(dirname "$0")" && pwd)/completion.$shell
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip "$shell"
: "${XCJ_COMPLETIONS:?the folder of the completions}"
"$XCJ" completion "$shell" >made || fail "xcj completion $shell"
made=$work/made
same 'what is installed is what the command prints' made "$XCJ_COMPLETIONS/xcj.$shell"
PATH=$(dirname "$XCJ"):$PATH
HOME=$work
XDG_CONFIG_HOME=$work
export HOME XDG_CONFIG_HOME
touch token.jwt tokens.txt key.json
mkdir keys

# offers LINE WORD...: exactly these, in any order.
offers() {
    line=$1
    shift
    checks=$((checks + 1))
    "$shell" "$script" "$made" "$line" 2>&1 | sed "s|/\$||; s/=\$//; s/^--[a-z]*=//; /^\$/d" | sort -u >offered.list
    printf '%s\n' "$@" | sed '/^$/d' | sort -u >wanted.list
    cmp -s offered.list wanted.list || {
        fail "$shell, at the end of: $line"
        printf '  wanted: %s\n  offered: %s\n' "$(tr '\n' ' ' <wanted.list)" "$(tr '\n' ' ' <offered.list)"
    }
}

verbs=$("$XCJ" --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p')
options() {
    "$XCJ" "$@" --help | sed -n 's/^ \{2,6\}\(-[a-zA-Z], \)\{0,1\}\(--[a-z0-9-]*\).*/\2/p'
}
algs='HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448'

# shellcheck disable=SC2046,SC2086 # the lists are words
{
    offers 'xcj --' $(options)
    for verb in $verbs; do offers "xcj $verb --" $(options $verb); done
    offers 'xcj keygen --alg ' $algs
    offers 'xcj keygen --alg=ES' ES256 ES384 ES512 ES256K
}
offers 'xcj ver' verify
offers 'xcj verify --max' --max-age
offers 'xcj convert --to ' pem der jwk jwks pkcs1 sec1 openssh secret
offers 'xcj convert --to=j' jwk jwks
offers 'xcj completion ' bash zsh fish
offers 'xcj thumbprint --hash sha' sha256 sha384 sha512
offers 'xcj mint --format h' header
offers 'xcj keygen --kid t' thumbprint
offers 'xcj mint --key k' key.json keys
offers 'xcj convert -o k' key.json keys
offers 'xcj convert k' key.json keys
case $shell in
bash | zsh) offers 'xcj mint --secret env:XCJ_COMPL' XCJ_COMPLETIONS ;; # behind the colon
fish) offers 'xcj mint --secret env:XCJ_COMPL' env:XCJ_COMPLETIONS ;;
esac
case $shell in
bash | fish) offers 'xcj inspect @tok' @token.jwt @tokens.txt ;;
zsh) offers 'xcj inspect @tok' token.jwt tokens.txt ;; # behind the at sign
esac
case $shell in
bash | fish) offers 'xcj verify --alg ES256,PS' ES256,PS256 ES256,PS384 ES256,PS512 ;;
zsh) offers 'xcj verify --alg ES256,PS' PS256 PS384 PS512 ;;
esac
offers 'xcj keygen k'
refuse 'a shell is needed' 2 'name the shell: bash|zsh|fish' completion
refuse 'an unknown shell' 2 '"tcsh" is not one of bash|zsh|fish' completion tcsh
refuse 'one shell' 2 'unexpected argument' completion bash zsh
offers 'xcj mint --iss '
finish
