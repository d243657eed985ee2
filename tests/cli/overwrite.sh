#!/bin/sh
# What may not be overwritten: no two outputs are one file, and neither an input nor a private key goes without --force.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"
packages_or_skip openssl

# listing: every file of this folder with its inode, time and content.
listing() {
    find . ! -name . ! -name out ! -name err ! -name held ! -name '*.list' -exec ls -ldi --time-style=+%s {} + | sort
    find . -type f ! -name out ! -name err ! -name held ! -name '*.list' -exec cksum {} + | sort
}
# untouched NAME: the files are as they were at the last `listing >before.list`.
untouched() {
    checks=$((checks + 1))
    listing >after.list
    cmp -s before.list after.list || {
        fail "$1: files were changed"
        diff before.list after.list
    }
}

# Two outputs that are one file, by any way. A new file first, then one that exists.
mkdir d && ln -s d also && ln -s k link && ln -s ../k d/up && ln -s /dev/stdout shown
for k in k old; do
    # shellcheck disable=SC2015 # the last command succeeds
    [ $k = k ] || { printf 'old\n' >old && ln old hard && ln -sf old link && ln -sf ../old d/up; }
    listing >before.list
    for other in $k ./$k "$work/$k" d/../$k link also/up d/up; do
        refuse "$k and --public-out $other" 2 '--public-out: is the same file as --output' keygen --alg ES256 -o $k --public-out "$other"
        refuse "$k and --jwks-out $other" 2 '--jwks-out: is the same file as --output' keygen --alg ES256 -o "$other" --jwks-out $k
        refuse "--public-out and --jwks-out $other" 2 '--jwks-out: is the same file as --public-out' \
            keygen --alg ES256 -o x --public-out $k --jwks-out "$other"
        refuse "--force, $other" 2 'is the same file' keygen --force --alg ES256 -o $k --public-out "$other"
    done
    untouched "outputs that are $k"
done
refuse 'a hard link' 2 'is the same file' keygen --alg ES256 -o old --public-out hard
for one in /dev/stdout /dev/fd/1 /proc/self/fd/1 shown -; do
    for other in /dev/stdout - shown; do
        refuse "$one and $other" 2 'is the same file' keygen --alg ES256 -o $one --public-out $other
    done
    refuse "$one alone is standard output" 2 'is the same file as standard output' keygen --alg ES256 --jwks-out $one
done
refuse 'a device twice' 2 'is the same file' keygen --alg ES256 -o /dev/null --public-out /dev/null
untouched 'outputs that are one'
# shellcheck disable=SC2094 # that is the case
xcj keygen --alg ES256 --public-out to >to 2>err && fail 'standard output is the file'
[ ! -s to ] || fail 'standard output is the file: it stays empty'
accept 'two files of one name' keygen --alg ES256 -o d/k --public-out k
holds 'two files of one name' grep -q '"d":' d/k
if grep -q '"d":' k; then fail 'the public one has no private part'; fi
accept 'three files' keygen --alg ES256 -o d/new --public-out old --jwks-out set
rm -f k link also d/up shown

# A private key is not overwritten, whatever holds it.
cp d/k key.json
"$XCJ" convert key.json -o key.pem || fail 'convert'
"$XCJ" convert --to der key.json -o key.der || fail 'convert'
"$XCJ" convert --to jwks key.json -o set.json || fail 'convert'
"$XCJ" convert --public key.json -o public.pem || fail 'convert'
"$XCJ" convert --public --to der key.json -o public.der || fail 'convert'
"$XCJ" jwks key.json -o jwks.json || fail 'jwks'
"$XCJ" keygen --alg HS256 -o oct.json || fail 'keygen'
openssl ec -in key.pem -out sec1.pem 2>/dev/null
openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -passout pass:x -out locked.pem
openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem -passout pass:x -outform DER -out locked.der
openssl req -x509 -new -key key.pem -subj /CN=x -days 2 -out cert.pem 2>/dev/null
cat cert.pem key.pem >both.pem
openssl pkcs12 -export -in both.pem -passout pass:x -out both.p12
openssl x509 -in cert.pem -outform DER -out cert.der
printf '{"iss":"i","private_jwk" : %s}' "$(cat key.json)" >plugin.json
printf '{ "kty" : "oct" , "k"\n: "!" }' >broken.json
for key in key.json key.pem key.der set.json oct.json sec1.pem locked.pem locked.der both.pem both.p12 plugin.json broken.json; do
    ln -s $key link
    listing >before.list
    refuse "keygen -o $key" 2 "$key: holds a private key; --force overwrites it" keygen --alg ES256 -o $key
    refuse "keygen --public-out $key" 2 "$key: holds a private key" keygen --alg ES256 -o x --public-out $key
    refuse "keygen --jwks-out $key" 2 "$key: holds a private key" keygen --alg ES256 --jwks-out $key
    refuse "convert -o $key" 2 "$key: holds a private key" convert -o $key public.pem
    refuse "jwks -o $key" 2 "$key: holds a private key" jwks -o $key public.pem
    refuse "keygen -o a link to $key" 2 'link: holds a private key' keygen --alg ES256 -o link
    untouched "$key"
    rm link
    cp $key kept
    accept "keygen --force -o $key" keygen --force --alg ES256 -o $key
    cmp -s kept $key && fail "keygen --force -o $key: it is the old key"
    cp kept $key
done
if [ "$(id -u)" -ne 0 ]; then
    cp key.json closed && chmod 000 closed
    refuse 'a file that cannot be read' 2 'closed: cannot be read' keygen --alg ES256 -o closed
    accept 'a file that cannot be read, --force' keygen --alg ES256 -o closed --force
fi

# What holds none is replaced: public keys in every form, text, an empty file, what only looks like a key.
printf '0123456789\n' >text && : >empty && printf '{"kid":"k","d":1}' >other.json
printf '{"keys":[{"kty":"EC","kid":"d"},{"kid":"k","kty":"RSA"}]}' >names.json
for public in public.pem public.der jwks.json cert.pem cert.der text empty other.json names.json; do
    cp $public kept
    accept "keygen -o $public" keygen --alg ES256 -o $public
    cp kept $public
    accept "jwks -o $public" jwks -o $public key.json
    cp kept $public
done

# What is read is not overwritten by what it becomes.
cp public.pem pub && ln -s pub link && ln pub hard2 && printf 'x\n' >pass
listing >before.list
for out in pub ./pub link hard2; do
    refuse "convert -o $out pub" 2 'which is read as well' convert -o $out pub
    refuse "convert -o $out, standard input" 2 'is standard input, which is read as well' convert -o $out - <pub
    refuse "jwks -o $out" 2 'which is read as well' jwks -o $out cert.pem pub
    refuse "jwks -o $out, standard input" 2 'which is read as well' jwks -o $out <pub
done
refuse 'convert -o key.pem key.pem' 2 '--output: is key.pem, which is read as well' convert -o key.pem key.pem
refuse 'jwks -o key.json key.json' 2 '--output: is key.json, which is read as well' jwks -o key.json key.json
refuse 'the file of the passphrase' 2 '--output: is pass, which is read as well' convert -o pass --passphrase pass locked.pem
refuse 'the file of the passphrase, jwks' 2 '--output: is pass, which is read as well' jwks -o pass --passphrase pass locked.pem
untouched 'what is read'
cp pub grown
xcj convert pub >>grown 2>err || fail 'standard output may be another file'
cp pub grown
# shellcheck disable=SC2094 # that is the case
xcj convert grown >>grown 2>err && fail 'standard output is the input'
err_has 'standard output is the input' 'standard output: is grown, which is read as well'
same 'standard output is the input' pub grown
accept 'another file' convert -o new.json pub
accept '--force' convert --force -o pub pub
holds '--force' grep -q '"kty":"EC"' pub
accept 'a private key in place' convert --force --to jwk --kid renamed -o key.json key.json
holds 'a private key in place' grep -q '"kid":"renamed"' key.json
holds 'a private key in place is private still' grep -q '"d":' key.json

# Whatever an option reads, in every verb: by its own name, by @FILE where a value may be literal, and not a variable of that name.
mkdir in && cd in || exit 1
cp ../pass ../pub . && "$XCJ" keygen --alg ES256 -o sign.json && "$XCJ" convert ../public.pem -o add.pem
printf '0123456789abcdef0123456789abcdef' >secret
printf '{"a":1}' >claims && printf 'key-1' >apikey && cp ../cert.pem cert.pem
printf '{"iss":"i","private_jwk":%s}' "$(cat sign.json)" >config
caller='--iss i --aud a --no-consumer'
for words in "secret mint --secret secret --sub a" "claims mint --key sign.json --claims @claims" \
    "apikey mint --key sign.json --apikey @apikey $caller" "cert.pem mint --key sign.json --client-cert cert.pem $caller" \
    "pub mint --key sign.json --jws --payload pub" "sign.json mint --key sign.json --sub a" "config mint --config config --sub a" \
    "pass mint --key sign.json --passphrase pass --sub a" "pass keygen --alg ES256 --to pem --encrypt pass" \
    "pass convert sign.json --encrypt pass" "add.pem jwks pub --add add.pem"; do
    name=${words%% *}
    words=${words#* }
    # shellcheck disable=SC2086 # words
    refuse "-o $name of $words" 2 "is $name, which is read as well" $words -o $name
    [ -s "$name" ] || fail "$words: $name is emptied"
done
refuse '--public-out, the passphrase' 2 '--public-out: is pass, which is read as well' \
    keygen --alg ES256 --to pem --encrypt pass -o new.pem --public-out pass
printf 'x\n' >env:PASS
PASS=long-passphrase accept 'a variable, and a file of its name' convert sign.json --encrypt env:PASS -o env:PASS
accept 'a literal, and a file of its name' mint --key sign.json --apikey apikey --iss i --aud a --no-consumer -o apikey
accept '--force overwrites what is read' mint --key sign.json --claims @claims -o claims --force
cd ..
finish
