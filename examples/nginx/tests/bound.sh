# shellcheck shell=sh disable=SC2154 # get() sets status
# For the tests of tokens that are bound to a key or certificate: the keys of the gateway and of an issuer, the issuer's tokens, and
# what a minted token says. Comes after lib.sh.
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
