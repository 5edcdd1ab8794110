/** What an update costs a Worker from the object to the verified result, beside a bare one that signs and posts. */
import { readFileSync } from 'node:fs';
import { listen } from '@alipayhk-pass/harness/listen';
import { startScript } from '@alipayhk-pass/harness/script';
import { bundle } from './bundle.ts';
import { type SealedResponse, sealReply } from './gateway.ts';
import { askedOf, measure, type Settings } from './measure.ts';

/** The ways of `update-worker.ts`. */
export const ways = ['bare', 'signed', 'encrypted', 'encrypted, node-crypto'] as const;

/** Milliseconds that an update took, one figure a round, by way. */
export type EndToEnd = Record<(typeof ways)[number], number[]>;

export async function timeEndToEnd(settings: Settings): Promise<EndToEnd> {
  const reply = new TextEncoder().encode(
    JSON.stringify({ resultInfo: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: '成功' } }),
  );
  // Sealed once: a gateway's own work is not what is timed.
  const [plain, encrypted] = [await sealReply(reply, false), await sealReply(reply, true)];
  const gateway = await listen((request, response) => {
    const { headers, body }: SealedResponse = request.headers.encrypt ? encrypted : plain;
    request.resume().on('end', () => response.writeHead(200, headers).end(body));
  });
  try {
    const code = readFileSync(await bundle('update-worker'), 'utf8');
    const worker = await startScript({ code, compatibilityFlags: ['nodejs_compat'], vars: { GATEWAY: gateway.url } });
    try {
      const samples = await measure(
        'updates in workerd',
        ways.map((by) => askedOf(worker.url, '/', { by })),
        settings,
      );
      return Object.fromEntries(ways.map((by, index) => [by, samples[index]])) as EndToEnd;
    } finally {
      await worker.stop();
    }
  } finally {
    await gateway.close();
  }
}
