/** Keys: every spelling imports alike, and a wrong key is refused with the same words everywhere. */
import {
  contentToBeSigned,
  importPrivateKey,
  importPublicKey,
  type KeyInput,
  type LocalPrivateKey,
  type PublicKey,
} from '@alipayhk-pass/message-security';
import { equal, errorOf } from '../assert.ts';
import { importKeys, texts } from '../keys.ts';
import type { Test } from '../test.ts';
import { largeKeyCases } from './large-keys.ts';
import { primeCases } from './primes.ts';

const { privateKey: pkcs8, publicKey: spki } = texts.merchant;

const bare = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');

/** A key of 2048 bits in PKCS#1 is its PKCS#8 or SPKI without the header, whose length is the same for all of them. */
function pkcs1(pem: string, headerLength: number): string {
  return btoa(atob(bare(pem)).slice(headerLength));
}

function pem(label: string, base64: string): string {
  return `-----BEGIN ${label}-----\n${base64.replace(/.{64}/g, '$&\n')}\n-----END ${label}-----\n`;
}

const rsassa = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

function nativeKey(format: 'pkcs8' | 'spki', pemText: string, usage: KeyUsage): Promise<CryptoKey> {
  const der = Uint8Array.from(atob(bare(pemText)), (char) => char.charCodeAt(0));
  return crypto.subtle.importKey(format, der, rsassa, true, [usage]);
}

type Spellings = Record<string, () => KeyInput | Promise<KeyInput>>;

/** What every PEM is seen as in environment variables, consoles and files. */
const textSpellings = (name: string, text: string): Spellings => ({
  [`${name} PEM`]: () => text,
  [`${name} PEM with CRLF`]: () => text.replaceAll('\n', '\r\n'),
  [`${name} PEM with \\n`]: () => text.replaceAll('\n', '\\n'),
  [`${name} PEM with \\\\n`]: () => text.replaceAll('\n', '\\\\n'),
  [`${name} in bare base64`]: () => bare(text),
  [`${name} PEM in quotes that were kept`]: () => `"${text.replaceAll('\n', '\\n')}"`,
  [`${name} PEM with words around it`]: () => `Bag Attributes\n    localKeyID: 79 08 9A\n${text}$ `,
  [`${name} PEM in UTF-16 that was read as UTF-8`]: () => new TextDecoder().decode(utf16(text)),
  [`${name} PEM in base64`]: () => btoa(text),
  [`${name} PEM in base64 by PowerShell`]: () => btoa(String.fromCharCode(...utf16(text))),
  [`${name} PEM in JSON`]: () => JSON.stringify({ private_key_id: 'a1b2', private_key: text }),
  [`${name} in bare base64 in JSON`]: () => JSON.stringify({ key: bare(text) }).replaceAll('/', '\\/'),
  [`${name} PEM percent-encoded`]: () => encodeURIComponent(text),
  [`${name} PEM with en dashes and no-break spaces`]: () => text.replaceAll('--', '\u2013').replaceAll(' ', '\u00a0'),
});

/** UTF-16 with a byte-order mark, as PowerShell writes it. */
function utf16(text: string): Uint8Array {
  return new Uint8Array(Uint16Array.from(`\ufeff${text}`, (char) => char.charCodeAt(0)).buffer);
}

const privateSpellings: Spellings = {
  ...textSpellings('PKCS#8', pkcs8),
  ...textSpellings('PKCS#1', pem('RSA PRIVATE KEY', pkcs1(pkcs8, 26))),
  JWK: async () => crypto.subtle.exportKey('jwk', await nativeKey('pkcs8', pkcs8, 'sign')),
  CryptoKey: () => nativeKey('pkcs8', pkcs8, 'sign'),
  'PKCS#8 PEM with its public half': () => spki + pkcs8,
};

const publicSpellings: Spellings = {
  ...textSpellings('SPKI', spki),
  ...textSpellings('PKCS#1', pem('RSA PUBLIC KEY', pkcs1(spki, 24))),
  JWK: async () => crypto.subtle.exportKey('jwk', await nativeKey('spki', spki, 'verify')),
  CryptoKey: () => nativeKey('spki', spki, 'verify'),
  'SPKI PEM with its private half': () => pkcs8 + spki,
};

// Minted by OpenSSL.
const publicKey1024 =
  'MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDEsK9zxcFqRMsFmlwIpv5LydACsvDVot5SVFBsKtG3zW1r9uWmTrySL2x5t47OF0cERl5RaKV1c9sMlsjdkvPZvvD980oOfggc+Wu97O+KNuVNtbUIxOQ0vZ0i9SKEWL7U1imwavxWKvrnXPXXnettDXpB3ffEq1Ef4nD27/2diwIDAQAB';
const ecPrivateKey =
  'MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg3Uq8e5BmU/q3M/EKmq/cFzFhnJR8sE34Xnxdr1ZuwfuhRANCAAROgVV1mhBwVFTxm0GIJGqOeK+uJi5iwM83Ajd540I4DAqFAhe03V7pkFQJCcuMTBk8lLcDpjVaEmSB+acgfDjw';
const encryptedPrivateKey =
  'MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh7Z6gQYt8w6gICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEHO5eCSTY0tzJHBrbCPwWLcEgZCjOaKSYYpv5vP3sglHRetR5XmhVIJcMTipS4zKVQVxSjdKh5y1JOC7MHPQNntPjtgkb+D+QJZrAwbsRQJFwK2atj9s/bJ2hsJ+6EygFn05skVVkq30Th+4lFalo3Os8EtvbCDSVldRd0WKcMawHzDiE5K9ODO2iLEZNPpKbg2DhCK33OVBpMUKrbx2TdNxdZ4=';
const certificateRequest =
  'MIHHMG4CAQAwDDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABE6BVXWaEHBUVPGbQYgkao54r64mLmLAzzcCN3njQjgMCoUCF7TdXumQVAkJy4xMGTyUtwOmNVoSZIH5pyB8OPCgADAKBggqhkjOPQQDAgNJADBGAiEA3YVOk1MqFtVUSWsFU0bc1onB4tv7B89IOIis+O1anUsCIQCwcIzf9MOWjj140CD9vstDUsv/dG0FByVk8K0r0HLZMA==';

const wrongPrivateKeys: [received: string, KeyInput][] = [
  ['a public key', spki],
  ['an encrypted private key', pem('ENCRYPTED PRIVATE KEY', encryptedPrivateKey)],
  ['an EC key', pem('PRIVATE KEY', ecPrivateKey)],
  ['an EC key', { kty: 'EC' }],
  ['a certificate request', pem('CERTIFICATE REQUEST', certificateRequest)],
  ['a key in OpenSSH format', pem('OPENSSH PRIVATE KEY', 'b3BlbnNzaC1rZXktdjEA')],
  ['PEM that is cut short', pkcs8.slice(0, -20)],
  ['text with several private keys', pkcs8 + pem('RSA PRIVATE KEY', pkcs1(pkcs8, 26))],
  ['an object that is not an RSA JWK', new TextEncoder().encode(pkcs8) as unknown as string],
  ['base64 that is cut short or is not DER', bare(pkcs8).slice(0, 400)],
  ['base64 that is cut short or is not DER', btoa(`${atob(bare(pkcs8))}\0`)],
  ['neither PEM nor whole base64', 'my key'],
];

const wrongPublicKeys: [received: string, KeyInput][] = [
  ['a private key', pkcs8],
  ['text with several public keys', spki + spki],
  ['an RSA key of 1024 bits', publicKey1024],
  ['base64 that is cut short or is not DER', btoa(`${atob(bare(spki))}\0`)],
];

const parts = {
  method: 'POST',
  httpUri: '/',
  clientId: 'x',
  time: '2024-05-22T06:42:21+05:30',
  body: new Uint8Array(3),
};

async function isPair({
  privateKey,
  publicKey,
}: {
  privateKey: LocalPrivateKey;
  publicKey: PublicKey;
}): Promise<boolean> {
  const content = contentToBeSigned(parts);
  return publicKey.verify(await privateKey.sign(content), content);
}

export function keyCases(test: Test): void {
  largeKeyCases(test);
  primeCases(test);
  for (const [name, spelling] of Object.entries(privateSpellings)) {
    test(`key: private, ${name}`, async () => {
      const privateKey = await importPrivateKey(await spelling());
      equal(await isPair({ ...(await importKeys()).merchant, privateKey }), true);
    });
  }
  for (const [name, spelling] of Object.entries(publicSpellings)) {
    test(`key: public, ${name}`, async () => {
      const publicKey = await importPublicKey(await spelling());
      equal(await isPair({ ...(await importKeys()).merchant, publicKey }), true);
    });
  }
  for (const [index, [received, key]] of wrongPrivateKeys.entries()) {
    test(`key: wrong private key ${index + 1}, ${received}`, async () => {
      const { name, message } = await errorOf(() => importPrivateKey(key));
      const other =
        received === 'an EC key' ? ', or importEcc224PrivateKey of @alipayhk-pass/message-security/ecc224' : '';
      equal(
        `${name}: ${message}`,
        `TypeError: privateKey is ${received}; expected an RSA private key of 2048 bits or more${other}`,
      );
    });
  }
  for (const [index, [received, key]] of wrongPublicKeys.entries()) {
    test(`key: wrong public key ${index + 1}, ${received}`, async () => {
      const { name, message } = await errorOf(() => importPublicKey(key));
      equal(
        `${name}: ${message}`,
        `TypeError: publicKey is ${received}; expected an RSA public key of 2048 bits or more`,
      );
    });
  }
}
