# shellcheck shell=sh
# Sourced by run.sh and bench.sh: makes the files that scenario.txt names, in the working folder. XCJ is the command.

# certificate NAME SUBJECT: NAME.pem and NAME.key, by the CA of clients.
certificate() {
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out request.csr -subj "$2" 2>log &&
        openssl x509 -req -days 2 -in request.csr -CA client-ca.pem -CAkey client-ca.key -CAcreateserial -out "$1.pem" 2>log
}

# self_signed NAME SUBJECT [WORD...]
self_signed() {
    self_signed_name=$1
    self_signed_subject=$2
    shift 2
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$self_signed_name.key" -out "$self_signed_name.pem" \
        -days 2 -subj "$self_signed_subject" "$@" 2>log
}

# hs256 FILE HEADER PAYLOAD: a token with this header (JSON) and payload (base64url), whose secret is what the file contains.
hs256() {
    hs256_input=$(printf '%s' "$2" | openssl base64 -A | tr '+/' '-_' | tr -d =).$3
    printf '%s.' "$hs256_input"
    printf '%s' "$hs256_input" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -v -tx1 "$1" | tr -d ' \n')" -binary |
        openssl base64 -A | tr '+/' '-_' | tr -d =
}

make_files() {
    "$XCJ" keygen --alg ES256 --kid gw-1 -o gw-1.json &&
        "$XCJ" keygen --alg RS256 --kid gw-2 -o gw-2.json &&
        cp gw-1.json gw.json &&
        "$XCJ" jwks gw-1.json gw-2.json >gw-set.json &&
        "$XCJ" keygen --alg RS256 --kid idp-rs -o idp-rs.json &&
        "$XCJ" keygen --alg ES256 --kid idp-es -o idp-es.json &&
        "$XCJ" keygen --alg ES384 --kid idp-384 -o idp-384.json &&
        "$XCJ" keygen --alg RS256 --kid idp-rs -o thief.json &&
        "$XCJ" keygen --alg ES256 --kid idp-next -o idp-next.json --jwks-out idp-next-set.json &&
        "$XCJ" jwks idp-rs.json idp-es.json idp-384.json >idp-set.json &&
        "$XCJ" convert --to pem --public idp-rs.json >idp-rs.pem &&
        self_signed client-ca '/CN=client CA' && certificate client '/C=FR/O=Acme, Inc./CN=caller' && certificate other /CN=other &&
        self_signed stranger /CN=stranger && self_signed server /CN=localhost -addext subjectAltName=DNS:localhost &&
        printf 'user:%s\n' "$(openssl passwd -apr1 pass:word)" >htpasswd &&
        cat >identities.json <<JSON
{"apikeys": {"$(printf %s '012345AZERTY!' | sha256sum | cut -c 1-64)": {"client_id": "key-client", "consumer": "key-consumer"},
             "$(printf %s 'the second key' | sha256sum | cut -c 1-64)": {"client_id": "second-client", "consumer": "second-consumer"}},
 "clients": {"app": {"consumer": "acme"},
             "user": {"consumer": "basic-consumer"},
             "CN=caller,O=Acme\\\\, Inc.,C=FR": {"consumer": "tls-consumer"}}}
JSON
}
