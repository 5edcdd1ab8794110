"""A merchant in Python, with pycryptodome and none of our code: seals an updatePass, sends it, and opens the reply.

    python-client.py plain|encrypted URL CLIENT_ID MERCHANT_PRIVATE_KEY GATEWAY_PUBLIC_KEY <body.json

URL is the whole address, the keys are PEM files. Prints the verified reply in plain.
"""
import base64
import os
import sys
from datetime import datetime, timezone
from urllib.parse import quote, unquote, urlsplit
from urllib.request import ProxyHandler, Request, build_opener

try:
    from Crypto.Cipher import AES, PKCS1_v1_5
    from Crypto.Hash import SHA256
    from Crypto.PublicKey import RSA
    from Crypto.Signature import pkcs1_15
    from Crypto.Util.Padding import pad, unpad
except ImportError:  # as Debian names it
    from Cryptodome.Cipher import AES, PKCS1_v1_5
    from Cryptodome.Hash import SHA256
    from Cryptodome.PublicKey import RSA
    from Cryptodome.Signature import pkcs1_15
    from Cryptodome.Util.Padding import pad, unpad

mode, url, client_id, private_path, public_path = sys.argv[1:]
private_key = RSA.import_key(open(private_path).read())
public_key = RSA.import_key(open(public_path).read())
path = urlsplit(url).path


def content_to_be_signed(time, body):
    return SHA256.new(f"POST {path}\n{client_id}.{time}.".encode() + body)


def value(header, key):
    pairs = dict(pair.split("=", 1) for pair in header.split(", "))
    return base64.b64decode(unquote(pairs[key]))


# Seal: encrypt with a fresh AES-128 key, base64 in lines of 76 columns as email has them, then sign.
body = sys.stdin.buffer.read()
headers = {"Content-Type": "application/json; charset=UTF-8", "Client-Id": client_id}
if mode == "encrypted":
    key = os.urandom(16)
    body = base64.encodebytes(AES.new(key, AES.MODE_ECB).encrypt(pad(body, 16)))
    wrapped = base64.encodebytes(PKCS1_v1_5.new(public_key).encrypt(key)).decode()
    headers["Encrypt"] = "algorithm=RSA_AES, symmetricKey=" + quote(wrapped, safe="")
    headers["Content-Type"] = "text/plain; charset=UTF-8"
headers["Request-Time"] = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S%z")  # +0000
signature = pkcs1_15.new(private_key).sign(content_to_be_signed(headers["Request-Time"], body))
headers["Signature"] = "algorithm=RSA256, signature=" + quote(base64.b64encode(signature).decode(), safe="")

with build_opener(ProxyHandler({})).open(Request(url, data=body, headers=headers), timeout=20) as response:
    reply = response.read()

# Open: verify, then decrypt. Nothing is printed that was not signed.
digest = content_to_be_signed(response.headers["response-time"], reply)
pkcs1_15.new(public_key).verify(digest, value(response.headers["signature"], "signature"))
if mode == "encrypted":
    key = PKCS1_v1_5.new(private_key).decrypt(value(response.headers["encrypt"], "symmetricKey"), None)
    reply = unpad(AES.new(key, AES.MODE_ECB).decrypt(base64.b64decode(reply)), 16)
sys.stdout.buffer.write(reply)
