# completion.bash FILE LINE: what bash offers at the end of the line, one a line. It parts words as readline does.
# shellcheck shell=bash source=/dev/null
source "$1"
line=$(printf '%s' "$2" | sed 's/[=@]\{1,\}/ & /g')
read -ra COMP_WORDS <<<"$line"
word=${2##* }
if [[ $2 == *' ' ]]; then COMP_WORDS+=(''); fi
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_xcj xcj "${word##*=}"
printf '%s\n' "${COMPREPLY[@]}"
