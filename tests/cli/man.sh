#!/bin/sh
# The manual: a page for each verb, which man formats without a warning, and whose options are those of the command, to the letter.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip scdoc man
: "${XCJ_MAN_SOURCES:?the folder of the sources}"
: "${XCJ_MAN:?built before scdoc was there: configure again}"
MANWIDTH=120 LC_ALL=C.UTF-8
export MANWIDTH LC_ALL

# The left side of each option: as the help shows it, and as the page does.
of_help() {
    "$XCJ" "$@" --help | sed -n 's/^ \{2,6\}\(-.*\)/\1/p' | sed 's/  .*//' | sort
}
of_page() {
    man -E UTF-8 -l -Tutf8 "$1" 2>/dev/null | sed "s/$(printf '\033')\[[0-9;]*m//g; s/.$(printf '\b')//g" |
        sed -n 's/^       \(-[-a-zA-Z].*\)/\1/p' | sort
}

# The groups, and the options in their order: as the help shows them, and as the page's source has them. One group has no heading.
grouped_help() {
    "$XCJ" "$1" --help | sed -n '/^Exit codes:/q; s/^\([A-Z].*\):$/\1/p; s/^ \{2,6\}\(-[a-zA-Z], \)\{0,1\}\(--[a-z0-9-]*\).*/\2/p' |
        grep -vx Examples | awk '/^[A-Z]/ { groups++ } { line[NR] = $0 } END { for (i = 1; i <= NR; i++) if (groups > 1 || line[i] !~ /^[A-Z]/) print line[i] }'
}
grouped_page() {
    sed -n '/^# OPTIONS$/,/^# [^O]/{ s/^## //p; s/^\*-[a-zA-Z]\*, //; s/^\*\(--[a-z0-9-]*\)\*.*/\1/p; }' "$1"
}

verbs=$("$XCJ" --help | sed -n 's/^  \([a-z][a-z]*\)  .*/\1/p')
pages=0
for verb in '' $verbs; do
    page=$XCJ_MAN/xcj${verb:+-$verb}.1
    checks=$((checks + 3))
    [ -f "$page" ] || { fail "there is no $(basename "$page")" && continue; }
    pages=$((pages + 1))
    man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>warnings >formatted
    [ ! -s warnings ] || fail "man warns of $page: $(cat warnings)"
    [ -s formatted ] || fail "man formats $page to nothing"
    # shellcheck disable=SC2086 # no verb is no word
    of_help $verb >help.list
    of_page "$page" >page.list
    MANWIDTH=72 man -l -Tascii "$page" 2>/dev/null | grep -n -e '--[a-z0-9-]*-$' && fail "$page breaks an option in 72 columns"
    cmp -s help.list page.list || {
        fail "xcj $verb: the options of the help (<) and of the page (>) differ"
        diff help.list page.list | sed 's/^/  /'
    }
    if [ -n "$verb" ]; then
        grouped_help "$verb" >help.list
        grouped_page "$XCJ_MAN_SOURCES/xcj-$verb.1.scd" >page.list
        same "xcj $verb: the groups of the help and of the page" help.list page.list
    fi
    grep -q "^xcj${verb:+-$verb} \\\\- \|^xcj${verb:+-$verb} - " "$page" || fail "$page does not say what it is"
    [ -z "$verb" ] || grep -q "xcj-$verb" "$XCJ_MAN/xcj.1" || fail "xcj.1 does not name $verb"
done
[ "$(find "$XCJ_MAN_SOURCES" -name '*.1.scd' | wc -l)" -eq "$pages" ] || fail 'a page of a verb that is not there'

# The list of exit statuses is that of the help.
"$XCJ" --help | sed -n 's/^ *\([0-9][0-9]*\)  .*/\1/p' >help.list
man -E UTF-8 -l -Tutf8 "$XCJ_MAN/xcj.1" 2>/dev/null | sed "s/$(printf '\033')\[[0-9;]*m//g; s/.$(printf '\b')//g" |
    sed -n 's/^       \([0-9][0-9]*\)$/\1/p' >page.list
same 'exit statuses' help.list page.list
[ -s help.list ] || fail 'there are exit statuses'
finish
