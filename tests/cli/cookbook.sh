#!/bin/sh
# Each recipe of docs/cookbook.md that fetches keys, as it is printed: a local server takes the place of the issuers, by a path for each
# host. Its documents have the shape of theirs. (structure_documents runs the recipes that need no server.)
page=$(cd "$(dirname "$0")/../.." && pwd)/docs/cookbook.md
# shellcheck source=nginx.sh
. "$(dirname "$0")/nginx.sh"
packages_or_skip jq

# xcj as a user calls it, who trusts the server's CA.
mkdir bin
cat >bin/xcj <<END
#!/bin/sh
case " \$* " in *' https://127.0.0.1:'*) exec "\$XCJ" "\$@" --cacert '$work/ca.pem' ;; *) exec "\$XCJ" "\$@" ;; esac
END
chmod +x bin/xcj
PATH=$work/bin:$PATH

# Issuers' keys: RSA without alg, with use and kid, and a certificate's members beside, as several of them have it.
"$XCJ" keygen --alg RS256 --kid 2026-11-key -o key.json
"$XCJ" keygen --alg RS256 --kid another -o another.json
"$XCJ" jwks another.json key.json | jq -c '{keys: [.keys[] | del(.alg) + {use: "sig", x5t: "kVjlCQvLWsJQJ1dVAJSsZvbwHfE", issuer: "https://issuer.example"}]}' >set.json
# serve PATH: the set, below www.
serve() {
    mkdir -p "www/hosts/$(dirname "$1")"
    cp set.json "www/hosts/$1"
}
serve issuer.example/jwks.json
serve op.example/keys
serve sso.example/realms/shop/protocol/openid-connect/certs
serve www.googleapis.com/oauth2/v3/certs
serve login.microsoftonline.com/72f988bf/discovery/v2.0/keys
serve token.actions.githubusercontent.com/.well-known/jwks
cp set.json cluster.json
mkdir -p www/hosts/op.example/.well-known
jq -n --arg at "$at" '{issuer: ($at + "/hosts/op.example"), jwks_uri: ($at + "/hosts/op.example/keys"), response_types_supported: ["code"],
    subject_types_supported: ["public"], id_token_signing_alg_values_supported: ["RS256"]}' >www/hosts/op.example/.well-known/openid-configuration

# HEADING|ISSUER|AUDIENCE|further claims
recipes() {
    sed "s#AT#$at/hosts#" <<'END'
Verify against a JWKS URL|https://issuer.example|api://orders|{"sub":"alice"}
Any OpenID Connect issuer|AT/op.example|my-client|{"sub":"alice","nonce":"n"}
Keycloak|https://sso.example/realms/shop|account|{"sub":"f:1","azp":"shop","typ":"Bearer","realm_access":{"roles":["user"]},"scope":"openid"}
Google|https://accounts.google.com|1234.apps.googleusercontent.com|{"sub":"1098","azp":"1234.apps.googleusercontent.com","email_verified":true}
Azure (Microsoft Entra ID)|https://login.microsoftonline.com/72f988bf/v2.0|api://orders|{"sub":"AAAA","tid":"72f988bf","ver":"2.0","uti":"x","nbf":1}
Kubernetes service accounts|https://kubernetes.default.svc.cluster.local|https://kubernetes.default.svc.cluster.local|{"sub":"system:serviceaccount:default:app","kubernetes.io":{"namespace":"default","serviceaccount":{"name":"app"}}}
GitHub Actions|https://token.actions.githubusercontent.com|sts.example|{"sub":"repo:octo-org/octo-repo:ref:refs/heads/main","repository":"octo-org/octo-repo","ref":"refs/heads/main"}
END
}

# block HEADING: its commands that fetch, with the server in place of each host that is asked.
block() {
    awk -v heading="## $1" '$0 == heading { inside = 1; next } /^## / { inside = 0 }
        inside && /^```shell$/ { block = 1; next } /^```$/ { block = 0 } inside && block' "$page" |
        sed "s#\\(--jwks \\|--issuer \\|xcj convert \\)https://#\\1$at/hosts/#"
}
recipes >list
[ "$(grep -c '^```shell$' "$page")" -eq "$(wc -l <list)" ] || fail 'a recipe that fetches is not tried'
while IFS='|' read -r heading iss aud claims; do
    block "$heading" >commands
    checks=$((checks + 3))
    [ -s commands ] || fail "$heading: no commands"
    # tried ISSUER AUDIENCE: the exit status of the recipe for a token of these.
    tried() {
        "$XCJ" mint --key key.json --iss "$1" --aud "$2" --claims "$claims" >token.jwt 2>mint.err || fail "$heading: mint: $(cat mint.err)"
        sh -eu commands >out 2>err
    }
    tried "$iss" "$aud" || { fail "$heading: $(cat commands)" && cat err; }
    grep -q '"sub":' out || fail "$heading: prints the claims"
    if tried "$iss/other" "$aud"; then fail "$heading: takes another issuer"; fi
    if tried "$iss" "$aud-other"; then fail "$heading: takes another audience"; fi
done <list
finish
