# shellcheck shell=sh
# Sourced in place of lib.sh, or after tmux.sh, by tests that fetch: an nginx of their own, with TLS on 127.0.0.1, 127.0.0.2 (where its certificate does
# not fit) and localhost, $tls being the port, and without on port $plain. It serves the folder www. ca.pem is its CA.
# shellcheck source=lib.sh
command -v finish >/dev/null || . "$(dirname "$0")/lib.sh"
packages_or_skip nginx openssl
[ -x "$(dirname "$XCJ")/xcj-fetch" ] || {
    printf 'SKIP: built without libcurl, so there is no xcj-fetch\n'
    exit 77
}
# A proxy of this machine has no part in this.
unset http_proxy https_proxy HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY

# authority NAME: a CA of its own, NAME.pem and NAME.key.
authority() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$1" -keyout "$1.key" -out "$1.pem" 2>openssl.log ||
        fail "openssl makes the CA $1"
}

authority ca
authority other
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server -keyout server.key -out server.csr 2>openssl.log
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' >server.ext
openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile server.ext -out server.pem 2>openssl.log ||
    fail 'openssl makes the certificate'

# headers COUNT [BYTES] [DIRECTIVE]: lines of nginx.conf that add so many headers, or trailers.
headers() {
    awk -v n="$1" -v bytes="${2:-1}" -v how="${3:-add_header}" 'BEGIN {
        while (length(value) < bytes) value = value "a"
        for (i = 0; i < n; i++) printf "%s X-%d %s;", how, i, value
    }'
}

configure() {
    cat >nginx.conf <<END
daemon off;
master_process off;
pid $work/nginx.pid;
error_log $work/nginx.err;
events { worker_connections 64; }
http {
    types { }
    default_type '';
    log_format asked '\$host \$request_uri \$status \$http_if_none_match';
    access_log $work/asked asked;
    client_body_temp_path $work/t1;
    proxy_temp_path $work/t2;
    fastcgi_temp_path $work/t3;
    uwsgi_temp_path $work/t4;
    scgi_temp_path $work/t5;
    map \$arg_cc \$control {
        fresh 'max-age=60';
        quoted 'private, MAX-AGE="60"';
        twice 'max-age=60, max-age=60';
        words 'max-age=soon';
        within 'private="max-age=60"';
        bar 'no-cache, max-age=60';
        store 'no-store, max-age=60';
        long 'max-age=99999999999';
        zero 'max-age=0';
        huge 'max-age=9223372036854775808';
    }
    map \$arg_fold \$folded {
        0 'a b';
        1 'a\n b';
    }
    map \$arg_type \$type {
        json application/json;
        jwk-set+json application/jwk-set+json;
        json-patch application/json-patch;
        parameter 'application/json; charset=utf-8';
        xjson text/json;
        html text/html;
        text text/plain;
        untyped '';
        twice 'application/json, text/html';
        default application/json;
    }
    server {
        listen 127.0.0.1:$tls ssl;
        listen 127.0.0.2:$tls ssl;
        listen 127.0.0.1:$plain;
        ssl_certificate $work/server.pem;
        ssl_certificate_key $work/server.key;
        root $work/www;
        add_header Cache-Control \$control;
        add_header Age \$arg_age;
        add_header Age \$arg_again;
        add_header Vary \$arg_vary;
        add_header X-Folded \$folded;
        add_header Content-Type \$type;
        location /500 { return 500; }
        location /here { return 302 /jwks.json; }
        location /login { return 302 'https://user:word@idp.example/login?SAMLRequest=a#b'; }
        location /back { return 302 '/login@here?next=a'; }
        location /there { return 302 http://127.0.0.1:$plain/jwks.json; }
        location /headers/ { alias $work/www/; $(headers 240) }
        location /chatty/ { alias $work/www/; $(headers 260) }
        location /heavy/ { alias $work/www/; $(headers 16 3900) }
        location /heavier/ { alias $work/www/; $(headers 17 3900) }
        location /trailers/ { alias $work/www/; $(headers 240 1 add_trailer) }
        location /trailers/chatty/ { alias $work/www/; $(headers 260 1 add_trailer) }
        location /trailers/heavy/ { alias $work/www/; $(headers 16 3900 add_trailer) }
        location /trailers/heavier/ { alias $work/www/; $(headers 17 3900 add_trailer) }
        location /slow/ { alias $work/www/; limit_rate 20; }
        location /chunked/ { alias $work/www/; sub_filter not-there not-there; sub_filter_types *; }
    }
}
END
}

tls=$((20000 + $$ % 20000))
mkdir www
tries=0
nginx=
while [ -z "$nginx" ] && [ $tries -lt 20 ]; do
    tls=$((tls + 7 * tries))
    plain=$((tls + 1))
    tries=$((tries + 1))
    configure
    nginx -p "$work" -c "$work/nginx.conf" 2>nginx.log &
    nginx=$!
    waited=0
    while [ ! -s nginx.pid ] && [ $waited -lt 100 ] && kill -0 $nginx 2>/dev/null; do
        sleep 0.05
        waited=$((waited + 1))
    done
    [ -s nginx.pid ] || nginx=
done
[ -n "$nginx" ] || {
    cat nginx.log
    printf 'FAIL: nginx does not start\n'
    exit 1
}
trap 'kill $nginx; rm -rf "$work"' EXIT
# shellcheck disable=SC2034 # for the tests
at=https://127.0.0.1:$tls
: >asked

# asked NAME COUNT TEXT: how many lines of the access log have this text; each is written just after the answer.
asked() {
    checks=$((checks + 1))
    waited=0
    while count=$(grep -cF -e "$3" asked) && [ "$count" -lt "$2" ] && [ $waited -lt 50 ]; do
        sleep 0.02
        waited=$((waited + 1))
    done
    [ "$count" -eq "$2" ] || {
        fail "$1: wanted $2 requests of $3"
        sed 's/^/  /' asked
    }
}
