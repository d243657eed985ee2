#!/bin/sh
# HAProxy's jwt_verify, which is not ours, accepts the tokens that the service receives, and no others.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip haproxy
port=$(free_port)
verifier=$(free_port)
# HAProxy 2.6 knows no PS256, and takes text for a secret.
algs='RS256 RS384 RS512 ES256 ES384 ES512 HS256 HS384 HS512'
secret='A-secret-of-sixty-four-characters-so-that-HS512-finds-it-enough.'
make_key() {
    case $1 in
    HS*) printf '{"kty":"oct","alg":"%s","kid":"hs","k":"%s"}' "$1" "$(printf '%s' "$3" | openssl base64 -A | tr -d =)" >"$2" ;;
    *) "$XCJ" keygen --alg "$1" --kid "$1" -o "$2" ;;
    esac
}

# Behind nginx stands HAProxy, which answers by its own verdict; the path names the algorithm.
{
    cat <<'CFG'
global
    log stderr format raw local0
defaults
    mode http
    timeout connect 5s
    timeout client 5s
    timeout server 5s
frontend check
    http-request set-var(txn.token) req.hdr(X-Custom-Jwt)
    http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')
    http-request set-var(txn.whom) var(txn.token),jwt_payload_query('$.client_id')
CFG
    printf '    bind 127.0.0.1:%s\n' "$verifier"
    for alg in $algs; do
        make_key "$alg" "conf/$alg.json" "$secret"
        make_key "$alg" "conf/wrong-$alg.json" "$(printf '%s' "$secret" | tr a e)"
        key=$secret
        case $alg in HS*) ;; *)
            key=$work/conf/$alg.pem
            "$XCJ" convert --public "conf/$alg.json" >"$key"
            ;;
        esac
        printf '    http-request return status 200 content-type text/plain lf-string "%%[var(txn.whom)]" if { path /%s } { var(txn.token),jwt_verify(txn.alg,"%s") 1 }\n' "$alg" "$key"
    done
    printf '    http-request return status 403\n'
} >haproxy.cfg
unprivileged haproxy -f "$work/haproxy.cfg" -p "$work/haproxy.pid" -D >haproxy.log 2>&1 || {
    cat haproxy.log haproxy.cfg
    fail 'haproxy does not start'
    exit 1
}
trap 'kill "$(cat haproxy.pid)" 2>/dev/null; cleanup' EXIT
{
    printf 'server { listen 127.0.0.1:%s; xcj_iss https://gw; xcj_aud a; xcj_auth apikey; xcj_preauthenticated apikey; xcj_consumer c;\n' "$port"
    for alg in $algs; do
        printf 'location = /%s { xcj on; xcj_private_jwk %s.json; xcj_thread_pool default; proxy_pass http://127.0.0.1:%s; }\n' "$alg" "$alg" "$verifier"
        printf 'location = /wrong/%s { xcj on; xcj_private_jwk wrong-%s.json; proxy_pass http://127.0.0.1:%s/%s; }\n' "$alg" "$alg" "$verifier" "$alg"
    done
    printf '}\n'
} >servers
configure '' <servers
start_nginx
for alg in $algs; do
    answers "$alg" 200 "caller of $alg" -H "apikey: caller of $alg" "http://127.0.0.1:$port/$alg"
    get -H "apikey: x" "http://127.0.0.1:$port/wrong/$alg"
    is "$alg, another key" 403 "$status"
done
get "http://127.0.0.1:$verifier/RS256"
is 'no token' 403 "$status"
stop_nginx
finish
