#!/bin/sh
# Measures everything and writes docs/performance.md with its plots. Takes about fifteen minutes and wants a quiet machine.
#
#     sh tests/bench/report.sh            the report
#     sh tests/bench/report.sh --quick    the same from a run of a minute, to build/bench/docs: to see that it works
#
# Where npm's jwk-to-pem is to be compared too, NODE_PATH names the folder that it is installed in.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=../apt.sh
. tests/apt.sh

build=$BUILD/bench
case ${1:-} in
'') seconds=0.05 rounds=31 starts=101 docs=docs ;;
--quick) seconds=0.02 rounds=3 starts=11 docs=$build/docs ;;
*)
    printf 'usage: sh tests/bench/report.sh [--quick]\n' >&2
    exit 2
    ;;
esac

packages_need build test bench
builds_make bench -DCMAKE_BUILD_TYPE=Release
bin=$build/tests/bench
results=$build/results
rm -rf "$results"
mkdir -p "$results" "$docs/performance"

# A line per condition, the name before a tab.
conditions() {
    printf 'Date\t%s\n' "$(date -u +%Y-%m-%d)"
    printf 'Processor\t%s, %s cores online\n' \
        "$(sed -n 's/^model name[[:space:]]*: //p' /proc/cpuinfo | sed q)" "$(getconf _NPROCESSORS_ONLN)"
    printf 'System\t%s, Linux %s, load average %s before the run\n' \
        "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)" "$(uname -r)" "$(cut -d' ' -f1 /proc/loadavg)"
    printf 'OpenSSL\t%s\n' "$(openssl version)"
    printf 'Compiler\t%s, CMAKE_BUILD_TYPE Release\n' "$("${CC:-cc}" --version | sed q)"
    printf 'Libraries\tlibjwt %s, libjose %s, cjose %s, rhonabwy %s, jansson %s\n' "$(pkg-config --modversion libjwt)" \
        "$(pkg-config --modversion jose)" "$(pkg-config --modversion cjose)" "$(pkg-config --modversion librhonabwy)" \
        "$(pkg-config --modversion jansson)"
    printf 'Turns\t%s seconds each, %s rounds, medians; whole processes %s rounds\n' "$seconds" "$rounds" "$starts"
    printf 'openssl speed rsa2048\t%s signatures a second\n' "$(openssl speed -seconds 1 rsa2048 2>/dev/null |
        awk '$1 == "rsa" { print $6 }')"
}

# Commands of whole processes, as xcj-process reads them: label, standard input, words.
commands() {
    t=$results
    xcj=$build/xcj
    "$xcj" keygen --alg RS256 --kid bench -o "$t/private.jwk" --public-out "$t/public.jwk"
    "$xcj" mint --key "$t/private.jwk" --apikey my-key --consumer-custom-id me --iss https://gateway.example.com \
        --aud https://backend.example.com | tr -d '\n' >"$t/token"
    "$xcj" verify --key "$t/public.jwk" - <"$t/token" >"$t/claims"
    for part in private public; do
        printf '{"keys":[%s]}' "$(cat "$t/$part.jwk")" >"$t/$part.jwks"
    done
    printf 'openssl version\t/dev/null\topenssl\tversion\n'
    printf 'convert: xcj\t%s\t%s\tconvert\n' "$t/public.jwk" "$xcj"
    printf 'convert: rnbyc\t/dev/null\trnbyc\t-j\t-f\t%s\t-F\tPEM\n' "$t/public.jwk"
    if node -e 'require("jwk-to-pem")' 2>/dev/null; then
        # shellcheck disable=SC2016
        printf 'convert: node jwk-to-pem\t%s\tnode\t-e\t%s\n' "$t/public.jwk" \
            'console.log(require("jwk-to-pem")(JSON.parse(require("fs").readFileSync(0))))'
    fi
    printf 'mint RS256: xcj\t/dev/null\t%s\tmint\t--key\t%s\t--apikey\tmy-key\t--consumer-custom-id\tme\t--iss\t%s\t--aud\t%s\n' \
        "$xcj" "$t/private.jwk" https://gateway.example.com https://backend.example.com
    printf 'mint RS256: jose jws sig\t/dev/null\tjose\tjws\tsig\t-I\t%s\t-k\t%s\t-c\n' "$t/claims" "$t/private.jwk"
    printf 'mint RS256: rnbyc\t/dev/null\trnbyc\t-s\t%s\t-K\t%s\t-a\tRS256\n' "$(cat "$t/claims")" "$t/private.jwks"
    printf 'verify RS256: xcj\t%s\t%s\tverify\t--key\t%s\t--iss\t%s\t--aud\t%s\n' "$t/token" "$xcj" "$t/public.jwk" \
        https://gateway.example.com https://backend.example.com
    printf 'verify RS256: jose jws ver\t%s\tjose\tjws\tver\t-i\t-\t-k\t%s\t-O\t-\n' "$t/token" "$t/public.jwk"
    printf 'verify RS256: rnbyc\t/dev/null\trnbyc\t-t\t%s\t-P\t%s\n' "$(cat "$t/token")" "$t/public.jwks"
}

printf '== Measuring (%s seconds a turn, %s rounds)\n' "$seconds" "$rounds"
conditions >"$results/conditions"
"$bin/xcj-bench" --all --threads 1,2 --seconds "$seconds" --rounds "$rounds" >"$results/bench"
"$bin/xcj-allocations" >"$results/allocations"
"$bin/xcj-growth" >"$results/growth"
"$bin/xcj-dpop" >"$results/dpop"
commands >"$results/commands"
"$bin/xcj-process" "$starts" <"$results/commands" >"$results/processes"

printf '== Writing %s/performance.md\n' "$docs"
awk -v dir="$results" -f tests/bench/report.awk "$results/conditions" "$results/bench" "$results/allocations" \
    "$results/growth" "$results/dpop" "$results/processes" >"$docs/performance.md"
for plot in mint verify; do
    gnuplot -e "data='$results/$plot.plot'; out='$docs/performance/$plot.svg'; what='$plot'" tests/bench/bars.gnuplot
done
gnuplot -e "data='$results/growth'; out='$docs/performance/growth.svg'" tests/bench/growth.gnuplot
