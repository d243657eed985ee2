#!/bin/sh
# What people copy into their continuous integration: each step of the workflow for GitHub Actions, run as GitHub runs it, with a local
# server in place of the issuer and this build in place of a new one; and the hook for pre-commit.
root=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=nginx.sh
. "$(dirname "$0")/nginx.sh"
packages_or_skip curl jq git
workflow=$root/examples/github-actions/tokens.yml
CURL_CA_BUNDLE=$work/ca.pem
GITHUB_PATH=$work/github_path
RUNNER_TEMP=$work/temp
HOME=$work
export CURL_CA_BUNDLE GITHUB_PATH RUNNER_TEMP HOME
mkdir bin stubs temp repository
real_path=$PATH
PATH=$work/stubs:$PATH

# xcj as a build makes it, for users who trust the server's CA.
cat >bin/xcj <<END
#!/bin/sh
case " \$* " in *' --issuer '*) exec "\$XCJ" "\$@" --cacert '$work/ca.pem' ;; *) exec "\$XCJ" "\$@" ;; esac
END
# Packages are noted down, and a build is a copy of this one. Its options must be those of the project.
cat >stubs/sudo <<END
#!/bin/sh
printf '%s\n' "\$*" >>'$work/installed'
END
cat >stubs/cmake <<END
#!/bin/sh
case "\$1 \$2" in
'-S .libxcj') [ -f .libxcj/CMakeLists.txt ] && printf '%s\n' "\$@" >'$work/configured' && mkdir .libxcj/build ;;
'--build .libxcj/build') cp '$work/bin/xcj' .libxcj/build/ ;;
*) exit 1 ;;
esac
END
printf '#!/bin/sh\n' >stubs/sleep
chmod +x bin/xcj stubs/*

# step NAME: its commands.
step() {
    awk -v name="- name: $1" '{ text = $0; sub(/^ */, "", text) } text == name { inside = 1; next }
        inside && text == "run: |" { body = 1; next } body && !/^          / { exit } body { print substr($0, 11) }' "$workflow"
}
# job STEP: runs it in the repository as GitHub does, with what it put into GITHUB_PATH before.
job() {
    step "$1" >commands
    checks=$((checks + 1))
    [ -s commands ] || fail "the workflow has no step: $1"
    status=0
    (
        cd repository || exit 1
        PATH=$(tr '\n' ':' <"$GITHUB_PATH")$PATH
        bash --noprofile --norc -e -o pipefail ../commands
    ) >out 2>err || status=$?
}
[ "$(grep -c 'run: |' "$workflow")" -eq 3 ] || fail 'a step is not tried'
[ "$(grep -c 'run:' "$workflow")" -eq 3 ] || fail 'a step is not tried'

: >github_path
cd repository || exit 1
git init -q . && mkdir .libxcj && cp "$root/CMakeLists.txt" .libxcj/
cd ..
job 'Build xcj'
came_to 'build' 0
[ "$(cat github_path)" = "$work/repository/.libxcj/build" ] || fail "build: GITHUB_PATH is $(cat github_path)"
tr ' ' '\n' <installed | sed -n '/-y/,$p' | sed 1d >packages
packages_table >table
while read -r package; do
    grep -q "  $package\$" table || fail "build: installs $package, which the project does not need"
done <packages
awk '$1 == "build" && $2 != "libc" { print $NF }' table >needed.list
while read -r needed; do
    grep -qx "$needed" packages || fail "build: does not install $needed"
done <needed.list
sed -n 's/^-D\(XCJ_[A-Z_]*\)=.*/\1/p' configured >options.list
[ -s options.list ] || fail 'build: no option of the project'
while read -r option; do
    grep -q "option($option " "$root/CMakeLists.txt" || fail "build: the project has no option $option"
done <options.list

# An issuer, and GitHub's way to ask for a token of it.
mkdir -p www/oidc/.well-known
"$XCJ" keygen --alg RS256 -o key.json --jwks-out www/keys.json
"$XCJ" keygen --alg RS256 -o other.json
printf '{"issuer":"%s/oidc","jwks_uri":"%s/keys.json"}' "$at" "$at" >www/oidc/.well-known/openid-configuration
ISSUER=$at/oidc
AUDIENCE=sts.example
ACTIONS_ID_TOKEN_REQUEST_URL="$at/token.json?api-version=2.0"
ACTIONS_ID_TOKEN_REQUEST_TOKEN=secret
export ISSUER AUDIENCE ACTIONS_ID_TOKEN_REQUEST_URL ACTIONS_ID_TOKEN_REQUEST_TOKEN
grep -q '^  ISSUER: https://token.actions.githubusercontent.com$' "$workflow" || fail 'the issuer is GitHub'
# give KEY AUDIENCE
give() {
    "$XCJ" mint --key "$1" --iss "$ISSUER" --aud "$2" --sub repo:octo-org/octo-repo | jq -R '{value: .}' >www/token.json
}
give key.json sts.example
job 'Verify a token of the issuer'
came_to 'verify' 0
out_has 'verify' '"sub":"repo:octo-org/octo-repo"'
asked 'verify: the audience is asked for' 1 '/token.json?api-version=2.0&audience=sts.example'
give key.json another
job 'Verify a token of the issuer'
[ "$status" -eq 8 ] || fail "verify: for another audience: exit $status"
give other.json sts.example
job 'Verify a token of the issuer'
[ "$status" -eq 5 ] || fail "verify: of another key: exit $status"
give key.json sts.example
mv www/keys.json www/away.json
job 'Verify a token of the issuer'
[ "$status" -eq 11 ] || fail "verify: without keys: exit $status"
[ "$(grep -c 'the server answers 404' err)" -eq 3 ] || fail 'verify: three times'
mv www/away.json www/keys.json
mv www/token.json www/away.json
job 'Verify a token of the issuer'
[ "$status" -eq 22 ] || fail "verify: no token: exit $status"

# The keys and tokens of the repository.
job 'Lint keys and tokens'
came_to 'lint of nothing' 0
cp www/keys.json 'repository/my jwks.json' && git -C repository add 'my jwks.json'
"$XCJ" convert --to jwks key.json >repository/private-jwks.json
job 'Lint keys and tokens'
came_to 'lint: what is not committed does not count' 0
git -C repository add private-jwks.json
job 'Lint keys and tokens'
[ "$status" -eq 123 ] || fail "lint of a private key: exit $status"
out_has 'lint of a private key' 'private-jwks.json: '

# The hook, with the names of files behind its words, as pre-commit calls it.
hook=$root/.pre-commit-hooks.yaml
PATH=$work/bin:$real_path
entry=$(sed -n 's/^  entry: //p' "$hook")
pattern=$(sed -n "s/^  files: '\(.*\)'\$/\1/p" "$hook")
grep -qx -- '- id: xcj-lint' "$hook" || fail 'the hook has another name'
grep -qx '  language: system' "$hook" || fail 'the hook needs an xcj that is installed'
for line in entry files language; do
    shown=$(sed -n "s/^ *\($line: .*\)/\1/p" "$hook")
    grep -qF "        $shown" "$root/docs/cookbook.md" || fail "the cookbook shows another $line"
done
cd repository || exit 1
printf 'my jwks.json\nsrc/keys.jwk\nold.jwt\n' >matching
printf 'package.json\nnotes.md\njwks.json.bak\n' >other
[ "$(grep -cE "$pattern" matching)" -eq 3 ] || fail 'the hook takes the names of keys, sets and tokens'
if grep -E "$pattern" other; then fail 'the hook takes other names'; fi
cp 'my jwks.json' ./-jwks.json
# shellcheck disable=SC2086 # the entry is words
{
    holds 'the hook, sets to publish' $entry 'my jwks.json' -jwks.json
    status=0
    $entry 'my jwks.json' private-jwks.json >out 2>err || status=$?
}
[ "$status" -eq 9 ] || fail "the hook, a private key: exit $status"
out_has 'the hook, a private key' 'private-jwks.json: '
cd ..
finish
