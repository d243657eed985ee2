#!/bin/sh
# typing.sh bash|zsh|fish: words typed at a real terminal and completed with the Tab key, and what the command then gets.
# shellcheck source=tmux.sh
. "$(dirname "$0")/tmux.sh"
shell=${1:?bash, zsh or fish}
packages_or_skip "$shell"
: "${XCJ_COMPLETIONS:?the folder of the completions}"
touch token.jwt key.json
mkdir folder && touch folder/jwks.json

# A command of this name that writes its words down, and the completion.
case $shell in
bash)
    cat >rc <<'RC'
PS1='ready '
xcj() { printf '%s\n' "$*" >>typed; }
source "$XCJ_COMPLETIONS/xcj.bash"
RC
    command='bash --noprofile --rcfile rc -i'
    ;;
zsh)
    mkdir functions && cp "$XCJ_COMPLETIONS/xcj.zsh" functions/_xcj
    cat >.zshrc <<'RC'
PS1='ready '
xcj() { print -r -- "$*" >>typed }
fpath=($PWD/functions $fpath)
autoload -Uz compinit
compinit -u -d dump
RC
    command="ZDOTDIR='$work' zsh -d -i"
    ;;
fish)
    cat >rc <<'RC'
function fish_prompt; printf 'ready '; end
function xcj; printf '%s\n' "$argv" >>typed; end
source $XCJ_COMPLETIONS/xcj.fish
RC
    command="HOME='$work' XDG_CONFIG_HOME='$work' fish --no-config -i -C 'source rc'"
    ;;
esac

# types KEYS WORDS: with ^ for the Tab key; the words that the command should get.
keys=''
types() {
    keys="$keys $(printf '%s' "$1" | sed 's/ / Space /g; s/\^/ Tab /g') Enter"
    printf '%s\n' "$2" >>wanted
}
types 'xcj ver^--js^' 'verify --json'
types 'xcj convert --to jwk^ key^' 'convert --to jwk key.json'
types 'xcj inspect @tok^' 'inspect @token.jwt'
types 'xcj mint --bearer @tok^--format he^' 'mint --bearer @token.jwt --format header'
types 'xcj mint --bearer=@tok^' 'mint --bearer=@token.jwt'
types 'xcj verify --jwks fol^jw^@tok^' 'verify --jwks folder/jwks.json @token.jwt'
types 'xcj verify --alg ES256,PS5^' 'verify --alg ES256,PS512'
at_terminal "$shell" ready "$keys exit Enter" "$command"
# zsh puts an equals sign behind an option.
sed 's/  */ /g; s/ $//; s/--output=/--output /' typed >typed.list 2>/dev/null
same 'the completed words' wanted typed.list
diff wanted typed.list
finish
