# completion.zsh FILE LINE: what zsh offers at the end of the line, one a line. A zsh of its own in a pseudo-terminal is asked, and
# what its completion system adds is written down on the way.
zmodload zsh/zpty
mkdir -p functions
cp $1 functions/_xcj
cat >inner.zsh <<'INNER'
PS1=
fpath=($PWD/functions $fpath)
autoload -Uz compinit
compinit -C -d $PWD/zcompdump
compadd() {
    local -a found
    # What only sorts candidates out adds none.
    if (( ! ${argv[(I)-[OAD]*]} )); then
        builtin compadd -O found "$@"
        print -rl -- $found >>|offered
    fi
    builtin compadd "$@"
}
zle-line-init() { : >|ready }
zle -N zle-line-init
INNER
# wait_for FILE: until the inner zsh has made it; its screen is read meanwhile, and nobody looks at it.
wait_for() {
    local screen try
    for try in {1..500}; do
        zpty -r -t z screen
        [[ -e $1 ]] && return
        sleep 0.01
    done
    print "the inner zsh does not come to: $1"
    exit 1
}
rm -f ready ended
: >|offered
zpty -b z zsh -f -i
zpty -w z "source $PWD/inner.zsh"
wait_for ready
zpty -w -n z "$2"$'\t'
zpty -w z $'\x15: >|ended'
wait_for ended
zpty -d z
sort -u offered
