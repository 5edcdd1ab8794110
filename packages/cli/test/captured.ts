/** Captured requests and replies with a mistake in them, made by Node's own crypto and not by our packages. */
import { constants, createCipheriv, type KeyObject, publicEncrypt, randomBytes, sign } from 'node:crypto';
import { clientId } from './gateway.ts';
import { keys } from './keys.ts';

export const path = '/api/open/alipay/v1/ipass/pass/manage/updatePass';
export const time = '2026-11-26T08:00:00+08:00';
export const body =
  '{"merchantId":"2160400000000001","userId":"U1","passId":"1","status":"UPDATE","updateDetailType":"UPDATE_MEMBER_CARD","dataInfo":{"points":880,"level":"金卡","note":"a/b <1+1>"}}';

/** One message: what is on the wire and, where it differs, what was signed. */
export interface Made {
  kind?: 'request' | 'reply';
  path?: string;
  body?: string | Buffer;
  time?: string;
  clientId?: string;
  /** What the signature covers in place of the above. */
  signed?: {
    method?: string;
    path?: string;
    body?: string | Buffer;
    time?: string;
    clientId?: string;
    content?: Buffer;
  };
  key?: KeyObject;
  hash?: string;
  padding?: number;
  /** Of a signature with a key on P-224; DER unless given. */
  dsaEncoding?: 'ieee-p1363';
  /** From the signature's bytes to the header's text. */
  header?: (signature: Buffer) => string;
  /** More headers, or others; an empty one is left out. */
  headers?: Record<string, string>;
  status?: number;
}

/** What was received and what was signed, in bytes, for the first difference. */
export interface Wire {
  text: Buffer;
  received: Buffer;
  signed: Buffer;
}

const join = (method: string, uri: string, id: string, at: string, bytes: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${method} ${uri}\n${id}.${at}.`), Buffer.from(bytes as string)]);

/** Makes raw HTTP. */
export function make(made: Made = {}): Wire {
  const isReply = made.kind === 'reply';
  const wire = { path, body, time, clientId, ...made };
  const covered = {
    method: 'POST',
    path: wire.path,
    body: wire.body,
    time: wire.time,
    clientId: wire.clientId,
    ...made.signed,
  };
  const received = join('POST', wire.path, wire.clientId, wire.time, wire.body);
  const signed = covered.content ?? join(covered.method, covered.path, covered.clientId, covered.time, covered.body);
  const { key = isReply ? keys.gateway.privateKey : keys.merchant.privateKey, padding, dsaEncoding } = made;
  const isEcc = key.asymmetricKeyType === 'ec';
  const { hash = isEcc ? 'sha224' : 'sha256' } = made;
  const pss = padding !== undefined && { padding, saltLength: 32 };
  const signature = sign(hash, signed, { key, ...pss, ...(dsaEncoding && { dsaEncoding }) });
  const algorithm = isEcc ? 'ECC224' : 'RSA256';
  const {
    header = (bytes) =>
      `algorithm=${algorithm}, keyVersion=1, signature=${encodeURIComponent(bytes.toString('base64'))}`,
  } = made;
  const headers: Record<string, string> = {
    Host: 'open.alipay.hk',
    'Content-Type': 'application/json; charset=UTF-8',
    'Client-Id': wire.clientId,
    [isReply ? 'Response-Time' : 'Request-Time']: wire.time,
    Signature: header(signature),
    'Content-Length': String(Buffer.byteLength(wire.body as string)),
    ...made.headers,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === '' ? [] : [`${name}: ${value}`]));
  const first = isReply ? `HTTP/1.1 ${made.status ?? 200} OK` : `POST ${wire.path} HTTP/1.1`;
  const head = [first, ...lines, '', ''].join('\r\n');
  return { text: Buffer.concat([Buffer.from(head), Buffer.from(wire.body as string)]), received, signed };
}

/** An encrypted body and its Encrypt header. */
export function encrypt(
  plain: string,
  { to = keys.gateway.publicKey, mode = 'aes-256-ecb', padding = constants.RSA_PKCS1_PADDING, oaepHash = 'sha1' } = {},
): { body: string; headers: Record<string, string> } {
  const symmetricKey = randomBytes(32);
  const iv = mode === 'aes-256-gcm' ? randomBytes(12) : mode === 'aes-256-cbc' ? randomBytes(16) : null;
  const cipher = createCipheriv(mode, symmetricKey, iv);
  const content: Buffer[] = [iv ?? Buffer.alloc(0), cipher.update(plain), cipher.final()];
  if (mode === 'aes-256-gcm') content.push((cipher as unknown as { getAuthTag(): Buffer }).getAuthTag());
  const wrapped = publicEncrypt(
    { key: to, padding, ...(padding === constants.RSA_PKCS1_OAEP_PADDING && { oaepHash }) },
    symmetricKey,
  );
  return {
    body: Buffer.concat(content).toString('base64'),
    headers: {
      'Content-Type': 'text/plain; charset=UTF-8',
      Encrypt: `algorithm=RSA_AES, keyVersion=1, symmetricKey=${encodeURIComponent(wrapped.toString('base64'))}`,
    },
  };
}
