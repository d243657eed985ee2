#compdef xcj
# zsh completion for xcj. What the tables say of a value is what `xcj VERB --help` shows: FILE, ALG, pem|der ...
local -a _xcj_algs _xcj_verbs
# TABLES

# _xcj_value OPTION-OF-COMPADD... VALUE: what it may be, for _arguments.
_xcj_value() {
    local kind ret=1
    local -a given=("${@[1,-2]}")
    for kind in ${(s:|:)${@[-1]//[\[\].]/}}; do
        case $kind in
        KEY | S | V | env:NAME)
            if [[ $PREFIX == env:* ]]; then
                compset -P env: && _parameters "$given[@]" -g '*export*' && return 0
            fi
            ;;
        esac
        case $kind in
        FILE | KEY | S) _files "$given[@]" && ret=0 ;;
        DIR) _files "$given[@]" -/ && ret=0 ;;
        @FILE | V) compset -P @ && _files "$given[@]" && ret=0 ;;
        env:NAME) ;;
        ALG) compadd "$given[@]" -a _xcj_algs && ret=0 ;;
        ALG,ALG) _sequence compadd "$given[@]" - -a _xcj_algs && ret=0 ;;
        [a-z]*) compadd "$given[@]" -- $kind && ret=0 ;;
        esac
    done
    return ret
}

local curcontext=$curcontext state ret=1
local -a line specs
local -A opt_args
_xcj_specs ''
_arguments -C -S $specs '1:verb:->verb' '*::argument:->argument' && ret=0
case $state in
verb) _describe -t verbs verb _xcj_verbs && ret=0 ;;
argument)
    _xcj_specs $words[1]
    curcontext=${curcontext%:*:*}:xcj-$words[1]:
    _arguments -S $specs && ret=0
    ;;
esac
return ret
