# shellcheck shell=sh disable=SC2034,SC2154 # the tests use these variables; get() sets status
# For the tests of tokens that are bound to a key or certificate: the gateway's port and origin, its keys and an issuer's, the
# issuer's tokens, and checks of a minted token. Source it after lib.sh.
plain=$(free_port)
origin=https://api.example
"$XCJ" keygen --alg ES256 --kid es -o conf/es.json --jwks-out conf/es-set.json
"$XCJ" keygen --alg ES256 --kid idp -o idp.json --jwks-out conf/idp-set.json

# token MEMBERS: a token of the issuer, with these further members.
token() {
    "$XCJ" mint --key idp.json --claims "{\"clientId\":\"them\"$1}"
}

# minted NAME: the backend got a token for the issuer's client, which is not bound. Leaves its claims in the file claims.
minted() {
    is "$1" 200 "$status"
    "$XCJ" verify --jwks conf/es-set.json "$(received_token)" >claims || fail "$1: the token"
    is "$1, client_id and cnf" 'them false' "$(jq -r '"\(.client_id) \(has("cnf"))"' claims)"
}

# A client with a key, a thief with another, and tokens of the issuer: bound to the client's key, and bound to nothing.
"$XCJ" keygen --alg ES256 -o client.json
"$XCJ" keygen --alg Ed25519 -o thief.json
bound=$(token ",\"cnf\":{\"jkt\":\"$("$XCJ" thumbprint client.json)\"}")
unbound=$(token '')

# proof KEY METHOD URL [TOKEN [WORD...]]
proof() {
    proof_key=$1 proof_method=$2 proof_url=$3 proof_token=${4:-$bound}
    if [ $# -gt 4 ]; then shift 4; else shift $#; fi
    "$XCJ" dpop --key "$proof_key.json" --htm "$proof_method" --htu "$proof_url" --bearer "$proof_token" "$@"
}
# ask SCHEME TOKEN PROOF PATH [CURL_WORD...]
ask() {
    ask_scheme=$1 ask_token=$2 ask_proof=$3 ask_path=$4
    shift 4
    get --path-as-is -H "Authorization: $ask_scheme $ask_token" ${ask_proof:+-H "DPoP: $ask_proof"} "$@" "http://127.0.0.1:$plain$ask_path"
}
# proof_refused NAME ERROR TEXT: 401 with this error of the challenge, and this reason.
proof_refused() {
    is "$1" 401 "$status"
    has "$1, the challenge" head "WWW-Authenticate: DPoP error=\"$2\""
    has "$1, the reason" body "$3"
}
