# bash completion for xcj. What the tables say of a value is what `xcj VERB --help` shows: FILE, ALG, pem|der ...
# shellcheck shell=bash disable=SC2154
# TABLES

# _xcj_add WORD...: what compgen finds for the word in hand.
_xcj_add()
{
    local found
    mapfile -t found < <(compgen "$@" -- "$cur")
    COMPREPLY+=("${found[@]}")
}

# _xcj_at_files: a file behind an at sign. Bash does not know it for one, so that a folder is left open here.
_xcj_at_files()
{
    cur=${cur#@}
    _xcj_add -P @ -f
    if [[ ${#COMPREPLY[@]} == 1 && -d ${COMPREPLY[0]#@} ]]; then
        compopt -o nospace 2>/dev/null
        COMPREPLY[0]+=/
    fi
}

# _xcj_value VALUE: what it may be.
_xcj_value()
{
    local kind kinds before=''
    IFS='|' read -ra kinds <<<"${1//[].[]/}"
    for kind in "${kinds[@]}"; do
        case $kind in
        FILE | DIR | KEY | S)
            compopt -o filenames 2>/dev/null
            if [[ $kind == DIR ]]; then _xcj_add -d; else _xcj_add -f; fi
            ;;
        @FILE | V) if [[ $cur == @* ]]; then _xcj_at_files; fi ;;
        env:NAME) ;;
        ALG) _xcj_add -W "$_xcj_algs" ;;
        ALG,ALG)
            if [[ $cur == *,* ]]; then before=${cur%,*},; fi
            cur=${cur##*,}
            _xcj_add -P "$before" -W "$_xcj_algs"
            ;;
        [a-z]*) _xcj_add -W "$kind" ;;
        esac
    done
}

_xcj()
{
    local cur=$2 last=$((COMP_CWORD - 1)) verb=${COMP_WORDS[1]} option
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _xcj_add -W "$_xcj_verbs $_xcj_program"
        return
    fi
    # What parts words for bash stands between an option and its value: --name=value, --name @FILE, --name=@FILE.
    while [[ ${COMP_WORDS[last]} == [=@] || ${COMP_WORDS[last]} == =@ ]]; do last=$((last - 1)); done
    # A colon parts words as well: env:NAME is env, the colon, and what is begun of the name.
    if [[ $cur == env:* || ${COMP_WORDS[COMP_CWORD - 1]} == : && ${COMP_WORDS[COMP_CWORD - 2]} == env || $cur == : ]]; then
        cur=${cur#env}
        cur=${cur#:}
        _xcj_add -e
        return
    fi
    option="$verb ${COMP_WORDS[last]}"
    if [[ -v _xcj_values[$option] ]]; then
        _xcj_value "${_xcj_values[$option]}"
    elif [[ $cur == -* ]]; then
        _xcj_add -W "${_xcj_options[$verb]-}"
    else
        _xcj_value "${_xcj_operands[$verb]-}"
    fi
}
complete -F _xcj xcj
