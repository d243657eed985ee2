# shellcheck shell=sh disable=SC2154 # lib.sh sets work
# Sourced after lib.sh: an identity provider on $provider, whose answers a test chooses; keys old, new and gone of its; and tokens.
mkdir provider
provider=$(free_port)
perl "$XCJ_EXAMPLE/tests/provider.pl" "$provider" "$work/provider" &
provider_pid=$!
listens "$provider"
rm -f provider/requests
stop_provider() {
    kill "$provider_pid" 2>/dev/null
}
at_exit stop_provider
port=$(free_port)
"$XCJ" keygen --alg ES256 --kid gateway -o conf/es.json --jwks-out conf/es-set.json
for key in old new; do
    "$XCJ" keygen --alg ES256 --kid "$key" -o "$key.json" --jwks-out "$key-set.json"
done

# respond STATUS BODY_FILE [HEADER]...: what the provider answers from now on, for the path /keys; answer NAME ...: for another.
respond() {
    answer keys "$@"
}
answer() {
    answer_name=$1 respond_status=$2 respond_body=$3
    shift 3
    {
        printf 'HTTP/1.1 %s X\r\nConnection: close\r\nContent-Length: %s\r\n' "$respond_status" "$(($(wc -c <"$respond_body")))"
        [ $# -eq 0 ] || printf '%s\r\n' "$@"
        printf '\r\n'
        cat "$respond_body"
    } >provider/new
    mv provider/new "provider/$answer_name"
}

# delay SECONDS: before each answer.
delay() {
    printf %s "$1" >provider/keys.delay
}

fetches() {
    if [ -f provider/requests ]; then grep -c '^GET ' provider/requests; else echo 0; fi
}

# has_fetched N: waits until the provider has got more than N requests.
has_fetched() {
    for _ in $(seq 100); do
        [ "$(fetches)" -le "$1" ] || return 0
        sleep 0.05
    done
    return 1
}

# logged TEXT: waits until the error log has it.
logged() {
    for _ in $(seq 100); do
        ! grep -qF -e "$1" error.log || return 0
        sleep 0.05
    done
    return 1
}

# token KEY [WORD...]
token() {
    token_key=$1
    shift
    "$XCJ" mint --key "$token_key.json" --claims '{"clientId":"client","iss":"https://idp.example"}' "$@"
}

# ask KEY [WORD...]: sends a token of this key.
ask() {
    ask_key=$1
    shift
    get -H "Authorization: Bearer $(token "$ask_key")" "$@" "http://127.0.0.1:$port/"
}

# ask_until_accepted N KEY [WORD...]: asks up to N times, a tenth of a second apart, until the answer is 200.
ask_until_accepted() {
    tries=$1
    shift
    while [ "$tries" -gt 0 ]; do
        ask "$@"
        [ "$status" -ne 200 ] || break
        tries=$((tries - 1))
        sleep 0.1
    done
}

# gateway WORKERS ZONE_OPTIONS [LINE]: the configuration, with this line in the location of the provider.
gateway() {
    configure "worker_processes $1;" <<CONF
    xcj_private_jwk es.json; xcj_iss https://gw; xcj_aud a; xcj_consumer_required off;
    xcj_jwks_zone keys:${zone_size:-256k} ${zone_uri:-/_jwks} $2;
    server {
        listen 127.0.0.1:$port;
        location = ${zone_uri:-/_jwks} {
            internal;
            proxy_pass http://127.0.0.1:$provider/keys;
            subrequest_output_buffer_size 64k;
            ${3:-}
        }
        location / {
            xcj on; xcj_auth bearer; xcj_verbose on;
            xcj_bearer_jwks zone=keys iss=https://idp.example cache=64k;
            proxy_pass http://127.0.0.1:$echo;
        }
    }
CONF
}
