/** Parts of the cases: bodies, sealed bodies, and the text of headers. */
import { card, type Headers, percent, success, update } from './message.ts';
import { aes256, encrypt, type Party, wrapKey } from './mint-keys.ts';
import type { RefusalCode } from './vector.ts';

export const updateUtf8 = JSON.stringify({
  ...card,
  dataInfo: { ...card.dataInfo, level: '金卡會員 🏅', remark: '積分已更新，多謝惠顧' },
});
export const updateEmptyDataInfo = JSON.stringify({ ...card, dataInfo: {} });
export const updatePretty = `${JSON.stringify(card, null, 2).replaceAll('\n', '\r\n')}\r\n`;
export const updateLatin1 = Buffer.from(update.replace('GOLD', 'DORÉ'), 'latin1');

/** An update of a length that has this remainder modulo 16, the bytes of an AES block. */
export const updateOfLength = (remainder: number) => {
  const { length } = update;
  return update.replace('GOLD', `GOLD${'+'.repeat((16 + remainder - (length % 16)) % 16)}`);
};

/** An encrypted body; every part can be wrong on purpose. */
export interface Sealed {
  key: Buffer;
  plaintext: string | Buffer;
  encryptedKey: Buffer;
  body: string;
}
/** Encrypts a body for the gateway; `change` replaces parts. */
export const sealed = (key: Buffer, plaintext: string | Buffer, change: Partial<Sealed> = {}): Sealed => ({
  key,
  plaintext,
  encryptedKey: wrapKey('gateway', key),
  body: encrypt(key, plaintext).toString('base64'),
  ...change,
});
/** Encrypts without adding a padding: `padding` is part of the plaintext, right or wrong. */
export const sealedAsIs = (plaintext: string, padding: number[]) => {
  const blocks = Buffer.concat([Buffer.from(plaintext), Buffer.from(padding)]);
  return sealed(aes256, blocks, { body: encrypt(aes256, blocks, '-nopad').toString('base64') });
};
export const sealedReply = (key: Buffer) => sealed(key, success, { encryptedKey: wrapKey('merchant', key) });
export const sealedUpdate = sealed(aes256, update);

export const lowerCaseHex = (base64: string) => percent(base64).replace(/%../g, (hex) => hex.toLowerCase());
/** The base64 itself, not percent-encoded. */
export const raw = (base64: string) => {
  if (!base64.includes('+')) throw new Error('the value holds no plus, which the case needs; mint again');
  return base64;
};
export const wrapped = (base64: string) => base64.replace(/.{1,76}/g, '$&\n');
export const base64url = (base64: string) => raw(base64).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
/** The form of the sample on AlipayHK's page: with blanks in the value, one of them inside an escape. */
export const blanks = (base64: string) => percent(base64).replace('%', '% ').replace(/.{85}/g, '$& ');

export const signatureHeader = (value: string) => `algorithm=RSA256, keyVersion=1, signature=${value}`;
export const encryptHeader = (value: string) => `algorithm=RSA_AES, keyVersion=1, symmetricKey=${value}`;

/** Removes headers. */
export const without =
  (...names: string[]) =>
  (headers: Headers) =>
    headers.filter(([name]) => !names.includes(name));
/** Empties headers. */
export const emptied =
  (...names: string[]) =>
  (headers: Headers) =>
    headers.map(([name, value]): Headers[0] => [name, names.includes(name) ? '' : value]);
/** Repeats a header. */
export const twice = (twiceName: string) => (headers: Headers) =>
  headers.flatMap((header) => (header[0] === twiceName ? [header, header] : [header]));

/** How a case differs from an ordinary message. */
export interface Recipe {
  title: string;
  /** Code of the error; the case is accepted when absent. */
  code?: RefusalCode;
  /** Parts of the message as received. */
  clientId?: string;
  httpUri?: string;
  time?: string;
  body?: string;
  sealed?: Sealed;
  /** The signer, and the signed parts that differ from those received. */
  signer?: Party | null;
  signed?: { method?: string; httpUri?: string; clientId?: string; time?: string; body?: string };
  /** Makes the header's text from the base64 of the value. */
  signature?: (base64: string) => string;
  encrypt?: (base64: string) => string;
  contentType?: string;
  headers?: (headers: Headers) => Headers;
}
