/**
 * AlipayHK's end for the load: the real gateway function on Node's http, in a process of its own, without passes and
 * without a ledger, whose database would be all that is measured. It verifies, answers S signed, and notes when the
 * update of each number came first. `node gateway.ts` prints its address.
 */
import { createGateway } from '@alipayhk-pass/api/gateway';
import { serve } from '@alipayhk-pass/harness/serve';
import { importPrivateKey, importPublicKey } from '@alipayhk-pass/message-security';
import keys from '../../../../spec/vectors/keys.json' with { type: 'json' };

/** When each update came first, in milliseconds since the epoch, by its number; 0 if it did not. */
let arrivals = new Float64Array(0);
let arrived = 0;
let requests = 0;

const merchantKey = await importPublicKey(keys.merchant.publicKey, { keyVersion: '1' });
const gateway = createGateway({
  privateKey: await importPrivateKey(keys.gateway.privateKey, { keyVersion: '1' }),
  publicKeyOf: () => merchantKey,
  handler({ dataInfo }) {
    const number = Number((dataInfo as { points?: number } | undefined)?.points);
    requests++;
    if (arrivals[number] === 0) {
      arrivals[number] = performance.timeOrigin + performance.now();
      arrived++;
    }
    return { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'Success' };
  },
});

/** `PUT /arrivals?size=N` forgets them, `GET /arrivals` has their times, `GET /count` their number. */
async function reply(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (url.pathname === '/count') return Response.json({ arrived, requests });
  if (url.pathname !== '/arrivals') return gateway(request);
  if (request.method === 'GET') return new Response(arrivals);
  arrivals = new Float64Array(Number(url.searchParams.get('size')));
  arrived = requests = 0;
  return new Response(null, { status: 204 });
}

console.log((await serve(reply)).url);

// It ends with the process that started it, whatever became of that.
process.stdin.on('end', () => process.exit()).resume();
