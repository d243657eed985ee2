# Writes a manual page of section 3 for each function of the public headers, from its comment and declaration:
#
#     awk -v out=FOLDER -v version=VERSION -f functions.awk include/xcj/*.h
#
# A comment belongs to the declaration that follows it. A header's first comment, and one that begins with /* alone, belongs
# to all the functions after it, up to the next such comment that stands by itself.

function roff(text) {
    gsub(/\\/, "\\e", text)
    gsub(/-/, "\\-", text)
    sub(/^[.']/, "\\\\\\&&", text)
    return text
}

# The comment's lines without its frame: paragraphs, lists and indented lines as they are.
function strip(line) {
    sub(/^ *\/\*\*? ?/, "", line)
    sub(/ *\*\/$/, "", line)
    sub(/^ \* ?/, "", line)
    return line
}

function summary(text) {
    sub(/\n.*/, "", text)
    sub(/[.:] .*/, "", text)
    sub(/\.$/, "", text)
    return text
}

# Lines of one paragraph are joined; a blank line or a list's dash begins another.
function paragraphs(text, file,    lines, count, i, line) {
    count = split(text, lines, "\n")
    for (i = 1; i <= count; i++) {
        line = lines[i]
        if (line ~ /^ *$/) print ".PP" >file
        else if (line ~ /^ *- /) { sub(/^ *- /, "", line); print ".IP \\- 2\n" roff(line) >file }
        else { sub(/^ +/, "", line); print roff(line) >file }
    }
}

function begin(file, name, title) {
    printf ".TH %s 3 \"\" \"libxcj %s\" \"libxcj\"\n.SH NAME\n%s \\- %s\n", name, version, name, roff(title) >file
}

# The conventions of the whole library, which stand at the beginning of base.h.
function overview(comment,    file) {
    file = out "/libxcj.3"
    sub(/^[^\n]*\n\n/, "", comment)
    begin(file, "libxcj", "custom JWTs for gateways: mint, verify, convert keys")
    print ".SH SYNOPSIS\n#include <xcj.h>\n.PP\ncc ... $(pkg\\-config \\-\\-cflags \\-\\-libs xcj)\n.SH DESCRIPTION" >file
    paragraphs(comment, file)
    print ".PP\nEach function has a page of its own.\n.SH SEE ALSO\n.BR xcj (1)" >file
    close(file)
}

function page(name, declaration, comment,    file, synopsis) {
    file = out "/" name ".3"
    synopsis = declaration
    gsub(/XCJ_API |XCJ_MUST_CHECK /, "", synopsis)
    gsub(/\n +/, "\n    ", synopsis)
    begin(file, name, summary(comment))
    printf ".SH SYNOPSIS\n.nf\n#include <%s>\n\n%s\n.fi\n.SH DESCRIPTION\n", header, roff(synopsis) >file
    paragraphs(comment, file)
    if (shared != "") {
        print ".PP" >file
        paragraphs(shared, file)
    }
    printf ".SH SEE ALSO\n.BR libxcj (3)\nfor the conventions of the whole library; the types and constants are in the header %s.\n", header >file
    close(file)
}

FNR == 1 { header = FILENAME; sub(/.*\/xcj\//, "xcj/", header); comment = shared = declaration = ""; inside = 0; first = 1 }

# A comment, on one line or several.
!inside && declaration == "" && /^\/\*/ { inside = 1; text = ""; by_itself = $0 !~ /^\/\*\*/ }
inside {
    text = text (text == "" ? "" : "\n") strip($0)
    if ($0 ~ /\*\/$/) {
        inside = 0
        sub(/^\n/, "", text)
        if (!by_itself) comment = text
        else if (!first) shared = text
        else if (header == "xcj/base.h") overview(text)
        first = first && !by_itself
    }
    next
}

/^XCJ_API / { declaration = $0; if ($0 !~ /;$/) next }
declaration != "" && $0 != declaration { declaration = declaration "\n" $0 }
declaration != "" && /;$/ {
    name = declaration
    sub(/\(.*/, "", name)
    sub(/.*[ *]/, "", name)
    page(name, declaration, comment)
    declaration = comment = ""
    next
}
# Whatever else is declared has taken the comment.
declaration == "" && /^[a-z#}]/ { comment = "" }
