/** Faults of the seal: replies that are changed after they were sealed, or sealed in a wrong way. */
import { importPrivateKey, importPublicKey, type PrivateKey, type PublicKey } from '@alipayhk-pass/message-security';
import type { Reply } from '../gateway/reply.ts';
import type { Fault, FaultyExchange } from './fault.ts';

const tenMinutes = 10 * 60 * 1000;

/** The faults of the seal. */
export const sealed: Fault[] = [
  {
    name: 'unsigned-F',
    description: 'Replies PARAM_ILLEGAL with status F, in plain and without a signature. The update is not applied.',
    applies: false,
    resultInfo: { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F', resultMessage: 'Illegal parameters.' },
    reply: (_, exchange) => unsigned(exchange),
  },
  {
    name: 'unsigned-S',
    description: 'Applies the update, and replies S in plain and without a signature.',
    applies: true,
    reply: (_, exchange) => unsigned(exchange),
  },
  {
    name: 'signed-by-another-key',
    description: 'Applies the update, and signs the reply with a key that is not the gateway’s.',
    applies: true,
    reply: async (_, { seal, resultInfo }) => seal({ resultInfo }, { privateKey: (await stranger()).privateKey }),
  },
  {
    name: 'tampered-body',
    description: 'Applies the update, and changes one byte of the reply after signing it.',
    applies: true,
    reply(reply) {
      const middle = reply.body.length >> 1;
      const body = reply.body.map((byte, index) => (index === middle ? byte ^ 1 : byte));
      return { ...reply, body };
    },
  },
  {
    name: 'response-time-ahead',
    description: 'Applies the update, and signs a Response-Time that is ten minutes in the future.',
    applies: true,
    reply: (_, { seal, resultInfo }) => seal({ resultInfo }, { now: () => Date.now() + tenMinutes }),
  },
  {
    name: 'response-time-behind',
    description: 'Applies the update, and signs a Response-Time that is ten minutes in the past.',
    applies: true,
    reply: (_, { seal, resultInfo }) => seal({ resultInfo }, { now: () => Date.now() - tenMinutes }),
  },
  {
    name: 'response-time-missing',
    description: 'Applies the update, and leaves Response-Time out of the reply.',
    applies: true,
    reply: (reply) => without('response-time', reply),
  },
  {
    name: 'signature-missing',
    description: 'Applies the update, and leaves Signature out of the reply, but not Response-Time.',
    applies: true,
    reply: (reply) => without('signature', reply),
  },
  {
    name: 'signature-repeated',
    description: 'Applies the update, and sends the Signature header twice.',
    applies: true,
    reply(reply) {
      const headers = new Headers(reply.headers);
      headers.append('signature', headers.get('signature') ?? '');
      return { ...reply, headers };
    },
  },
  {
    name: 'result-for-resultInfo',
    description: 'Applies the update, and names the result `result` in place of `resultInfo`.',
    applies: true,
    reply: (_, { seal, resultInfo }) => seal({ result: resultInfo }),
  },
  {
    name: 'plain-reply',
    description: 'Applies the update, and signs the reply without encrypting it, even if the request was encrypted.',
    applies: true,
    reply: (_, { seal, resultInfo }) => seal({ resultInfo }, { encrypted: false }),
  },
  {
    name: 'encrypted-with-another-key',
    description:
      'Applies the update, and encrypts the reply for a key that is not the merchant’s, even if the request was plain.',
    applies: true,
    reply: async (_, { seal, resultInfo }) =>
      seal({ resultInfo }, { encrypted: true, encryptionKey: (await stranger()).publicKey }),
  },
];

function unsigned({ resultInfo, tracerId }: FaultyExchange): Reply {
  const headers = new Headers({ 'content-type': 'application/json; charset=UTF-8', 'tracer-id': tracerId });
  return { status: 200, headers, body: new TextEncoder().encode(JSON.stringify({ resultInfo })) };
}

function without(name: string, reply: Reply): Reply {
  const headers = new Headers(reply.headers);
  headers.delete(name);
  return { ...reply, headers };
}

let known: { privateKey: PrivateKey; publicKey: PublicKey } | undefined;

/** A key pair that belongs to nobody, made once. */
async function stranger(): Promise<{ privateKey: PrivateKey; publicKey: PublicKey }> {
  if (known) return known;
  const pair = (await crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
    true, // encrypting needs the numbers of the public key
    ['sign', 'verify'],
  )) as CryptoKeyPair;
  const [privateKey, publicKey] = [await importPrivateKey(pair.privateKey), await importPublicKey(pair.publicKey)];
  known = { privateKey, publicKey };
  return known;
}
