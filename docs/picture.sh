#!/bin/sh
# usage: XCJ=build/xcj sh docs/picture.sh >docs/explain.svg
# Draws what `xcj verify --explain` prints for a token that has expired and is for another audience. A test compares the picture.
set -eu
XCJ=$(command -v "$XCJ")
case $XCJ in /*) ;; *) XCJ=$PWD/$XCJ ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$XCJ" keygen --alg ES256 --kid gateway-1 -o key.json --jwks-out jwks.json
"$XCJ" mint --key key.json --now 2026-11-27T10:00:00Z --iss https://issuer.example --aud api://orders --sub alice --jti 7f2c >token.jwt
{
    printf '$ xcj verify --explain --jwks jwks.json --aud api://billing @token.jwt\n'
    LC_ALL=C.UTF-8 "$XCJ" verify --explain --jwks jwks.json --aud api://billing --now 2026-11-27T10:33:00Z @token.jwt 2>&1 || true
} >shown
sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g' shown | LC_ALL=C awk '
    { line[NR] = $0 }
    END {
        height = NR * 20 + 30
        printf "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"820\" height=\"%d\" viewBox=\"0 0 820 %d\" role=\"img\" ", height, height
        print "aria-label=\"A terminal with the output of xcj verify --explain\">"
        print "<style>text{font:14px ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;fill:#d8dee9;white-space:pre}"
        print ".ok{fill:#8fd18b}.no{fill:#ff8080}.open{fill:#8a93a3}</style>"
        print "<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1e232b\"/>"
        for (i = 1; i <= NR; i++) {
            mark = ""
            rest = line[i]
            if (match(rest, /^(\342\234\223|\342\234\227|\302\267)/)) {
                kind = substr(rest, 1, 3) == "\342\234\223" ? "ok" : substr(rest, 1, 3) == "\342\234\227" ? "no" : "open"
                mark = "<tspan class=\"" kind "\">" substr(rest, 1, RLENGTH) "</tspan>"
                rest = substr(rest, RLENGTH + 1)
            }
            printf "<text x=\"16\" y=\"%d\" xml:space=\"preserve\">%s%s</text>\n", 10 + i * 20, mark, rest
        }
        print "</svg>"
    }'
