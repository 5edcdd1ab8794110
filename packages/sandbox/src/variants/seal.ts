/** Seals replies as a variant does: with its options, and with its own forms of time and headers. */
import type { Received } from '@alipayhk-pass/api/gateway';
import {
  type Encryption,
  formatHeader,
  httpUriOf,
  type KeyRing,
  type PrivateKey,
  type PublicKey,
  parseHeader,
  RSA_AES,
  sealResponse,
  sign,
} from '@alipayhk-pass/message-security';
import { type Reply, replyOf } from '../gateway/reply.ts';
import type { Variant } from './variant.ts';

/** How a reply differs from the gateway's own. */
export interface Resealing {
  encrypted?: boolean;
  encryption?: Encryption;
  privateKey?: PrivateKey;
  encryptionKey?: KeyRing<PublicKey>;
  now?: () => number;
}

/** A request, and what is known of it. */
export interface RepliedTo {
  request: Request;
  encrypted: boolean;
  publicKeys?: readonly PublicKey[] | undefined;
  /** Once it is verified and fits the contract. */
  received?: Received;
}

/** Seals one reply to the request. */
export type SealReply = (body: object, change?: Resealing) => Promise<Reply>;

/**
 * Makes the function that seals replies to a request of a known merchant.
 *
 * @param variant - a gateway without any of its own forms unless given
 * @param ourKey - the gateway's own key
 */
export function sealerFor(
  { request, encrypted, publicKeys, received }: RepliedTo,
  tracerId: string,
  ourKey: KeyRing<PrivateKey>,
  variant: Partial<Variant>,
): SealReply {
  const clientId = request.headers.get('Client-Id') ?? '';
  const httpUri = httpUriOf(request.url);
  const publicKey = publicKeys?.findLast((key) => !received || key.keyVersion === received.keyVersion);
  const { encryption = RSA_AES, encryptedContentType } = variant;
  const isEncrypted = encrypted && !variant.repliesInPlain;
  const to = { httpUri, ...(received && { symmetricKeyLength: received.symmetricKeyLength }) };
  return async (body, { encrypted: given = isEncrypted, privateKey = ourKey, ...change } = {}) => {
    const plain = Response.json(body, { headers: { 'Tracer-Id': tracerId } });
    const options = { clientId, privateKey, publicKey, encryption, encryptedContentType, ...change };
    const sealed = await replyOf(await sealResponse(plain, { ...to, encrypted: given }, options));
    return rewrite(sealed, variant, (time) =>
      sign({ method: 'POST', httpUri, clientId, time, body: sealed.body }, privateKey),
    );
  };
}

/** Gives a sealed reply the variant's forms. The body on the wire stays; what depends on the time is signed again. */
async function rewrite(
  reply: Reply,
  { timeOf, signatureOf, replyKeyVersion, changeHeaders }: Partial<Variant>,
  signAt: (time: string) => Promise<string>,
): Promise<Reply> {
  const headers = new Headers(reply.headers);
  if (timeOf) {
    const time = timeOf(headers.get('Response-Time') ?? '');
    headers.set('Response-Time', time);
    headers.set('Signature', await signAt(time));
  }
  if (signatureOf || replyKeyVersion !== undefined) {
    const parsed = parseHeader('Signature', headers.get('Signature') ?? '');
    const { algorithm = 'RSA256', value, keyVersion = replyKeyVersion } = parsed;
    const text = formatHeader('Signature', { algorithm, keyVersion, value });
    const [head = '', encoded = ''] = text.split('signature=');
    headers.set('Signature', `${head}signature=${signatureOf?.(decodeURIComponent(encoded)) ?? encoded}`);
  }
  changeHeaders?.(headers);
  return { ...reply, headers };
}
