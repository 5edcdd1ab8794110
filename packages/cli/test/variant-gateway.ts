/** A gateway with habits: what AlipayHK's documents leave open, decided in one way or another. */
import { importPrivateKey, importPublicKey, isMessageError } from '@alipayhk-pass/api';
import {
  formatHeader,
  openRequest,
  parseHeader,
  parseTime,
  type RsaAesOptions,
  rsaAes,
  sealResponse,
  sign,
} from '@alipayhk-pass/message-security';
import { clientId, serve } from './gateway.ts';
import { keys, pem } from './keys.ts';

/** How a gateway differs from the one that our client expects. */
export interface Habits {
  suite?: RsaAesOptions;
  /** Media types that it takes for an encrypted body. */
  types?: string[];
  wrapper?: (resultInfo: object) => object;
  /** From the header's name to the one that is sent. */
  names?: (name: string) => string;
  /** Versions that a request may name; `''` for none. */
  keyVersions?: string[];
  /** In its own Signature header. */
  keyVersion?: string;
  plainReplies?: boolean;
  requireEncryption?: boolean;
  noEncryption?: boolean;
  withoutClientId?: boolean;
  time?: (time: string) => string;
  trace?: string | null;
  signature?: (value: string) => string;
  /** Signs the refusal of a signature. */
  signsRefusals?: boolean;
  refusalStatus?: number;
  /** Of the reply to a request that is understood. */
  code?: string;
  encryptedContentType?: string;
}

/** Starts it; it stops with the test. */
export async function startVariant(habits: Habits): Promise<string> {
  const merchantKey = await importPublicKey(pem(keys.merchant.publicKey));
  const privateKey = await importPrivateKey(pem(keys.gateway.privateKey), { keyVersion: habits.keyVersion ?? '1' });
  const { suite = {}, types = ['text/plain', 'application/json'], keyVersions, signsRefusals = true } = habits;
  const encryption = rsaAes(suite);
  return serve(async (request) => {
    if (request.method === 'GET') return new Response('gateway', { status: 404 });
    const httpUri = new URL(request.url).pathname;
    const isEncrypted = request.headers.has('Encrypt');
    const type = (request.headers.get('Content-Type') ?? '').split(';')[0] ?? '';
    const reply = (resultCode: string, { signed = true, encrypted = false, status = 200 } = {}) =>
      seal(resultCode, { signed, encrypted: encrypted && !habits.plainReplies, status, httpUri });
    const refuse = () =>
      reply('INVALID_SIGNATURE', {
        signed: signsRefusals,
        status: signsRefusals ? 200 : (habits.refusalStatus ?? 200),
      });
    const { keyVersion = '' } = parseHeader('Signature', request.headers.get('Signature') ?? '');
    if (keyVersions && !keyVersions.includes(keyVersion)) return refuse();
    if (isEncrypted && !types.includes(type)) return reply('MEDIA_TYPE_NOT_ACCEPTABLE');
    try {
      await openRequest(request, { clientId, publicKey: merchantKey, privateKey, encryption });
    } catch (error) {
      if (!isMessageError(error)) throw error;
      return error.stage === 'signature'
        ? refuse()
        : reply('PARAM_ILLEGAL', { encrypted: isEncrypted && !habits.noEncryption });
    }
    if ((isEncrypted && habits.noEncryption) || (!isEncrypted && habits.requireEncryption))
      return reply('PARAM_ILLEGAL');
    return reply(habits.code ?? 'PASS_HAS_NOT_EXIST', { encrypted: isEncrypted });
  });

  async function seal(
    resultCode: string,
    { signed, encrypted, status, httpUri }: { signed: boolean; encrypted: boolean; status: number; httpUri: string },
  ): Promise<Response> {
    const resultInfo = { resultCode, resultStatus: 'F', resultMessage: '' };
    const body = JSON.stringify(habits.wrapper?.(resultInfo) ?? { resultInfo });
    if (!signed) return new Response(body, { status });
    const plain = new Response(body);
    const options = {
      clientId,
      privateKey,
      publicKey: merchantKey,
      encryption,
      ...(habits.encryptedContentType && { encryptedContentType: habits.encryptedContentType }),
    };
    const sealed = await sealResponse(plain, { httpUri, encrypted }, options);
    const wire = Buffer.from(await sealed.arrayBuffer());
    const sent = sealed.headers.get('Response-Time') ?? '';
    const time = habits.time?.(sent) ?? sent;
    if (parseTime(time) === undefined) throw new Error('the variant writes no time');
    const header = await sign({ method: 'POST', httpUri, clientId, time, body: wire }, privateKey);
    const value = habits.signature?.(Buffer.from(parseHeader('Signature', header).value).toString('base64'));
    const headers = new Headers(sealed.headers);
    headers.set('Response-Time', time);
    headers.set(
      'Signature',
      value === undefined
        ? header
        : `${formatHeader('Signature', { algorithm: 'RSA256', keyVersion: '1', value: new Uint8Array() })}${value}`,
    );
    if (habits.withoutClientId) headers.delete('Client-Id');
    if (habits.trace !== null) headers.set(habits.trace ?? 'Tracer-Id', 'trace1');
    const { names = (name) => name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()) } = habits;
    const rawNames = Object.fromEntries([...headers.keys()].map((name) => [name, names(name)]));
    return Object.assign(new Response(wire, { headers }), { rawNames });
  }
}
