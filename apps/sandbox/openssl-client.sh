#!/bin/sh
# A merchant without any code of ours: sends an updatePass with sh, openssl and curl alone, and opens the reply.
#
#   openssl-client.sh plain|encrypted URL CLIENT_ID MERCHANT_PRIVATE_KEY GATEWAY_PUBLIC_KEY <body.json
#
# URL is the whole address, the keys are PEM files. Prints the verified reply in plain, or on stderr why there is none.
set -eu
[ $# -eq 5 ] || { echo "usage: $0 plain|encrypted URL CLIENT_ID MERCHANT_PRIVATE_KEY GATEWAY_PUBLIC_KEY" >&2; exit 2; }
mode=$1 url=$2 clientId=$3 privateKey=$4 publicKey=$5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() { echo "openssl-client: $1" >&2; exit 1; }
percentEncode() { sed 's/+/%2B/g; s/\//%2F/g; s/=/%3D/g'; }
percentDecode() { sed 's/%2[Bb]/+/g; s/%2[Ff]/\//g; s/%3[Dd]/=/g'; }
hex() { od -An -v -tx1 "$1" | tr -d ' \n'; }
# The reply's header of this name, in whatever case, and the value of a key in it.
header() { tr -d '\r' <"$work/headers" | awk -v name="$1:" 'tolower($1) == tolower(name) { sub(/^[^:]*: */, ""); print }'; }
value() { header "$1" | tr ',' '\n' | sed -n "s/^ *$2=//p" | percentDecode; }
# METHOD PATH, line feed, Client-Id, time and body as on the wire (A1).
contentToBeSigned() { printf 'POST %s\n%s.%s.' "$path" "$clientId" "$1" && cat "$2"; }

path=/${url#*://*/}
time=$(date -u +%Y-%m-%dT%H:%M:%S+00:00)
cat >"$work/plain"

# Seal: encrypt with a fresh AES key and that with the gateway's RSA key (A4), then sign.
if [ "$mode" = encrypted ]; then
  openssl rand 32 >"$work/key"
  openssl enc -aes-256-ecb -K "$(hex "$work/key")" -in "$work/plain" | openssl base64 -A >"$work/body"
  openssl pkeyutl -encrypt -pubin -inkey "$publicKey" -pkeyopt rsa_padding_mode:pkcs1 -in "$work/key" >"$work/wrapped"
  symmetricKey=$(openssl base64 -A -in "$work/wrapped" | percentEncode)
  set -- -H "Encrypt: algorithm=RSA_AES, symmetricKey=$symmetricKey" -H 'Content-Type: text/plain; charset=UTF-8'
else
  cp "$work/plain" "$work/body"
  set -- -H 'Content-Type: application/json; charset=UTF-8'
fi
contentToBeSigned "$time" "$work/body" >"$work/content"
signature=$(openssl dgst -sha256 -sign "$privateKey" "$work/content" | openssl base64 -A | percentEncode)

status=$(curl --silent --show-error --noproxy '*' --max-time 20 "$@" -H "Client-Id: $clientId" -H "Request-Time: $time" \
  -H "Signature: algorithm=RSA256, signature=$signature" --data-binary "@$work/body" \
  --dump-header "$work/headers" --output "$work/reply" --write-out '%{http_code}' "$url") || fail 'no reply'

# Open: verify, then decrypt. Nothing is printed that was not signed.
[ "$status" = 200 ] || fail "the reply is HTTP $status; expected 200"
[ -n "$(header Signature)" ] || fail 'the reply is not signed'
value Signature signature | openssl base64 -d -A >"$work/signature"
contentToBeSigned "$(header Response-Time)" "$work/reply" >"$work/content"
openssl dgst -sha256 -verify "$publicKey" -signature "$work/signature" "$work/content" >"$work/log" 2>&1 ||
  fail 'the signature of the reply does not verify'
if [ "$mode" = plain ]; then
  [ -z "$(header Encrypt)" ] || fail 'the reply is encrypted; expected a plain one'
  cat "$work/reply"
else
  [ -n "$(header Encrypt)" ] || fail 'the reply is not encrypted'
  value Encrypt symmetricKey | openssl base64 -d -A >"$work/wrapped"
  openssl pkeyutl -decrypt -inkey "$privateKey" -pkeyopt rsa_padding_mode:pkcs1 -in "$work/wrapped" >"$work/key" ||
    fail 'the symmetric key of the reply does not decrypt'
  key=$(hex "$work/key")
  openssl base64 -d -A -in "$work/reply" | openssl enc -d "-aes-$((${#key} * 4))-ecb" -K "$key" ||
    fail 'the reply does not decrypt'
fi
