#!/bin/sh
# Lets `xcj forge` test jose (Debian: jose):
#
#     xcj forge --key public.json --private private.json @token.jwt --run 'sh jose.sh public.json'
#
# The token comes on standard input. The exit code is 0 if jose accepts it. jose checks the signature and no claim.
token=$(mktemp) || exit 2
trap 'rm -f "$token"' EXIT
cat >"$token"
jose jws ver -i "$token" -k "$1"
