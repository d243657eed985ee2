#!/bin/sh
# What the library must not call: it has no stdio, no files, no network, no environment, no locale, no exit, no process-wide
# setting, and nothing that depends on a time zone. Looked up in the undefined symbols of its objects. strtod is not in the
# list: the scanner gives it digits and an exponent only, which no locale reads in another way.
# shellcheck source=common.sh
. "$(dirname "$0")/common.sh"
need_plain_build
packages_or_skip nm

sed 's/#.*//' >"$work/forbidden" <<'LIST'
printf fprintf vfprintf vprintf dprintf vdprintf puts fputs fputc putc putchar fwrite perror stdin stdout stderr # stdio
fopen fdopen fclose fread fgets fgetc getc getline fscanf scanf sscanf tmpfile
open openat open64 openat64 creat read write pread pwrite close stat unlink rename mkstemp # files
socket connect bind listen accept send recv sendto recvfrom getaddrinfo gethostbyname # network
getenv secure_getenv setenv putenv unsetenv clearenv environ # environment
setlocale localeconv nl_langinfo newlocale uselocale # locale
strtof strtold atof isalpha isalnum isdigit isspace isprint toupper tolower __ctype_b_loc __ctype_toupper_loc __ctype_tolower_loc strcasecmp strncasecmp
localtime localtime_r gmtime mktime strftime tzset ctime ctime_r # time zones, static buffers
exit _exit _Exit quick_exit abort raise kill signal sigaction __assert_fail atexit __cxa_atexit pthread_atfork # the process is not ours
system popen fork execve posix_spawn syslog dlopen
strtok strerror rand srand random drand48 # static state
strcpy sprintf vsprintf gets alloca # no bounds
OPENSSL_init_crypto OPENSSL_init_ssl OPENSSL_config CONF_modules_load ERR_clear_error ERR_print_errors CRYPTO_set_mem_functions # of OpenSSL's process-wide state
RAND_seed RAND_set_rand_method OSSL_PROVIDER_load OSSL_PROVIDER_set_default_search_path json_set_alloc_funcs
BIO_new_file BIO_new_fp PEM_read_PrivateKey PEM_read_PUBKEY
LIST

# The fortified twin of a function is the function.
calls() {
    nm -u "$1" | awk '$1 == "U" { sub(/@.*/, "", $2); print $2 }' | sed -E 's/^__(.*)_chk$/\1/' | sort -u
}

forbidden_among() {
    tr -s ' ' '\n' <"$work/forbidden" | sed '/^$/d' | sort -u | comm -12 - "$1"
}

calls "$XCJ_BUILD/libxcj.a" >"$work/calls"
grep -qx EVP_PKEY_sign "$work/calls" || bad "the undefined symbols of libxcj.a are not what they should be"
for name in $(forbidden_among "$work/calls"); do bad "lib/ calls $name"; done

printf '%s\n' EVP_PKEY_sign getenv memcpy | sort >"$work/planted"
[ "$(forbidden_among "$work/planted")" = getenv ] || bad "the checker misses a planted getenv"

finish "$(wc -l <"$work/calls") functions are called, none of them forbidden"
