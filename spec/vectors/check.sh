#!/bin/sh
# Opens every vector with sh, sed and openssl alone: verifies what arrives, then decrypts it.
# It judges signatures and encryption. Malformed headers and times are not its business: of such a case it only
# checks that the signer did sign what `contentToBeSigned` says.
set -u
cd "$(dirname "$0")" || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# A string of a JSON file that has one field a line, and the text it stands for.
string() { sed -n 's/^ *"'"$1"'": "\(.*\)",\{0,1\}$/\1/p'; }
text() { printf '%b' "$(sed 's/\\"/"/g')"; }
field() { string "$2" <"$1" | text; }

# The base64 in a header's pair, without its percent-encoding, blanks and line feeds, and with its padding.
pair() { # file, header, key
  value=$(sed -n 's/^ *\["'"$2"'", ".*'"$3"'=\([^",]*\).*"\],\{0,1\}$/\1/p' "$1" |
    sed 's/ //g; s/%0[Aa]//g; s/%2[Bb]/+/g; s/%2[Ff]/\//g; s/%3[Dd]/=/g; s/-/+/g; s/_/\//g; s/=*$//')
  case $((${#value} % 4)) in 2) value="$value==" ;; 3) value="$value=" ;; esac
  printf '%s' "$value"
}

for party in merchant gateway stranger; do
  for half in privateKey publicKey; do
    sed -n "/^  \"$party\"/,/}/p" keys.json | string "$half" | text >"$work/$party.$half"
  done
done

verify() { # signer, content, signature
  openssl dgst -sha256 -verify "$work/$1.publicKey" -signature "$3" "$2" >"$work/log" 2>&1
}

decrypt() { # file, receiver
  pair "$1" Encrypt symmetricKey | openssl base64 -d -A >"$work/encryptedKey" &&
    openssl pkeyutl -decrypt -inkey "$work/$2.privateKey" -pkeyopt rsa_padding_mode:pkcs1 \
      -in "$work/encryptedKey" -out "$work/key" || return 1
  key=$(od -An -v -tx1 "$work/key" | tr -d ' \n')
  case ${#key} in 32 | 48 | 64) ;; *) return 1 ;; esac
  tr -d '\n' <"$work/body" | openssl base64 -d -A >"$work/ciphertext" &&
    openssl enc -d "-aes-$((${#key} * 4))-ecb" -K "$key" -in "$work/ciphertext" -out "$work/plaintext" &&
    iconv -f UTF-8 -t UTF-8 "$work/plaintext" >"$work/utf8" || return 1
}

open() { # file: sets outcome
  sender=gateway receiver=merchant
  [ "$(field "$1" direction)" = request ] && sender=merchant receiver=gateway
  field "$1" body >"$work/body"
  {
    printf '%s %s\n%s.%s.' "$(field "$1" method)" "$(field "$1" httpUri)" "$(field "$1" clientId)" "$(field "$1" time)"
    cat "$work/body"
  } >"$work/content"
  pair "$1" Signature signature | openssl base64 -d -A >"$work/signature"
  outcome=accepted
  verify $sender "$work/content" "$work/signature" || { outcome=SignatureVerificationFailed && return; }
  grep -q '\["Encrypt",' "$1" || return
  decrypt "$1" $receiver 2>"$work/log" || { outcome=DecryptionFailed && return; }
  field "$1" plaintext >"$work/expected"
  cmp -s "$work/plaintext" "$work/expected" || outcome='another plaintext'
}

opened=0 signed=0 failed=0
for file in request-*.json response-*.json; do
  expected=$(sed -n 's/.*"expect": .*"\([A-Za-z]*\)".*/\1/p' "$file")
  case $expected in
    accepted | SignatureVerificationFailed | DecryptionFailed)
      open "$file"
      opened=$((opened + 1))
      [ "$outcome" = "$expected" ] || { echo "$file: expected $expected, received $outcome" && failed=$((failed + 1)); }
      ;;
  esac
  signer=$(field "$file" signer)
  [ -n "$signer" ] || continue # `null`: nothing was signed
  field "$file" contentToBeSigned >"$work/content"
  field "$file" signature | openssl base64 -d -A >"$work/signature"
  signed=$((signed + 1))
  verify "$signer" "$work/content" "$work/signature" || { echo "$file: its signature is not $signer's" && failed=$((failed + 1)); }
done
echo "$opened cases opened, $signed signatures checked, $failed failures"
[ $failed -eq 0 ]
