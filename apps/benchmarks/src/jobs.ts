/** The jobs that are timed, and every contender's way to do them. */
import { contentToBeSigned, parseHeader } from '@alipayhk-pass/message-security';
import { nodeCrypto } from '@alipayhk-pass/node-crypto';
import type { Contender } from './contenders/contender.ts';
import { noble } from './contenders/noble.ts';
import { nodeCrypto as byNodeCrypto } from './contenders/node-crypto.ts';
import { nodeForge } from './contenders/node-forge.ts';
import { ours } from './contenders/ours.ts';
import { playedBack } from './contenders/played-back.ts';
import { rawOpen, rawSeal, rawSign, rawVerify } from './contenders/raw.ts';
import { sealReply } from './gateway.ts';
import { bodies, clientId, httpUri, time, url } from './messages.ts';

/** They do the same work, and open each other's messages. */
export const contenders: Record<string, () => Promise<Contender>> = {
  'node:crypto': byNodeCrypto,
  ours: () => ours(),
  'ours, node-crypto': () => ours(nodeCrypto),
  noble,
  'node-forge': nodeForge,
};

/** What is timed besides: it does no work of its own. */
export const others: Record<string, () => Promise<Contender>> = { 'no crypto': playedBack };

type Call = () => Promise<unknown>;

/** What is timed again and again: made ready for each contender, and as the raw calls that the job needs. */
export interface Job {
  raw(): Promise<Call>;
  by(contender: Contender): Promise<Call>;
}

const target = { method: 'POST', httpUri, clientId, time };

const sign: Job = {
  raw: () => rawSign(contentToBeSigned({ ...target, body: bodies['640 B'] })),
  by: async (contender) => () => contender.sign({ ...target, body: bodies['640 B'] }),
};

const verify: Job = {
  async raw() {
    const { signature, parts } = await signedReply(bodies['640 B'], false);
    return rawVerify(parseHeader('Signature', signature).value, contentToBeSigned(parts));
  },
  async by(contender) {
    const { signature, parts } = await signedReply(bodies['640 B'], false);
    return () => contender.verify(parts, signature);
  },
};

function seal(plain: Uint8Array<ArrayBuffer>): Job {
  return {
    async raw() {
      const { parts } = await signedReply(plain, true);
      return rawSeal(plain, contentToBeSigned(parts));
    },
    by: async (contender) => () => contender.seal(new Request(url, { method: 'POST', body: plain })),
  };
}

function open(plain: Uint8Array<ArrayBuffer>): Job {
  return {
    async raw() {
      const { signature, parts } = await signedReply(plain, true);
      return rawOpen(plain, parseHeader('Signature', signature).value, contentToBeSigned(parts));
    },
    async by(contender) {
      const { headers, body } = await sealReply(plain, true);
      return () => contender.open(new Response(body, { headers }));
    },
  };
}

export const jobs: Record<string, Job> = {
  sign,
  verify,
  'seal 640 B': seal(bodies['640 B']),
  'open 640 B': open(bodies['640 B']),
  'seal 64 KB': seal(bodies['64 KB']),
  'open 64 KB': open(bodies['64 KB']),
};

async function signedReply(plain: Uint8Array<ArrayBuffer>, encrypted: boolean) {
  const { headers, body } = await sealReply(plain, encrypted);
  const { signature = '' } = headers;
  // `now` stands still, so that requests and responses have the same time.
  return { signature, parts: { ...target, body } };
}
