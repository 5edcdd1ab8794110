/**
 * The way of one request: written down, opened and checked by api's gateway, applied to its pass unless a fault
 * takes its place, sealed, altered by the fault, written down again, answered.
 */

import {
  createGateway,
  type Received,
  type Refusal,
  type ResultInfo,
  type UpdatePassRequest,
} from '@alipayhk-pass/api/gateway';
import { httpUriOf, type PublicKey, RSA_AES, sealResponse, tracerIdOf } from '@alipayhk-pass/message-security';
import { ledgerRowsOf, privateKeyOf } from './configuration.ts';
import type { Env } from './env.ts';
import { type Befalling, takeFault } from './faults/active.ts';
import type { FaultyExchange } from './faults/fault.ts';
import { type Reply, replyOf, responseOf } from './faults/reply.ts';
import { noteUpdate, recordEnding, recordReceipt } from './ledger.ts';
import { publicKeysOf } from './merchants.ts';
import { applyUpdate } from './passes.ts';
import { stageOf, type Verdict, verdictsUntil, verdictsWith } from './stages.ts';
import { limits, readWire, withWire } from './wire.ts';

const unknown: ResultInfo = {
  resultCode: 'UNKNOWN_EXCEPTION',
  resultStatus: 'U',
  resultMessage: 'The API failed for an unknown reason.',
};

/** What was seen of a request on its way. */
interface Trace {
  reached: 'client' | 'body' | 'pass';
  publicKeys?: [PublicKey, ...PublicKey[]] | undefined;
  context?: Received;
  befalling?: Befalling | undefined;
  resultInfo?: ResultInfo;
  stages: Verdict[];
}

/**
 * Answers a request to the gateway.
 *
 * @throws ConfigurationInvalid; what D1 throws: without a ledger there is no answer
 */
export async function answer(request: Request, env: Env): Promise<Response> {
  const privateKey = await privateKeyOf(env);
  const rows = ledgerRowsOf(env);
  const wire = await readWire(request);
  const { method, headers } = request;
  const encrypted = headers.has('Encrypt');
  const httpUri = httpUriOf(request.url);
  const id = await recordReceipt(env.DB, { method, httpUri, headers, body: wire.body }, rows);

  const trace: Trace = { reached: 'client', stages: [] };
  const gateway = createGateway({
    ...limits,
    privateKey,
    async publicKeyOf(clientId) {
      trace.publicKeys = await publicKeysOf(env.DB, clientId);
      return trace.publicKeys;
    },
    handler: (update, context) => handle(env.DB, { id, update, context, trace }),
    onRefusal(refusal) {
      logRefusal(refusal);
      trace.resultInfo = refusal.resultInfo;
      if (trace.stages.length > 0) return; // it went through; what failed is the sealing of the answer
      const { error } = refusal;
      const stage = stageOf(error, refusal.resultInfo.resultCode, trace.reached);
      trace.stages = verdictsUntil(stage, error instanceof Error ? error.message : 'failed', encrypted);
    },
  });
  const asked = withWire(request, wire, () => {
    trace.reached = 'body';
  });
  const sealed = await gateway(asked);

  const seal: FaultyExchange['seal'] = async (body, { encrypted: isEncrypted = encrypted, ...change } = {}) => {
    const answer = Response.json(body, { headers: { 'Tracer-Id': tracerIdOf(sealed) ?? '' } });
    const { clientId = '', keyVersion } = trace.context ?? {};
    const publicKey = trace.publicKeys?.findLast((key) => key.keyVersion === keyVersion);
    const options = { clientId, privateKey, publicKey, encryption: RSA_AES, ...change };
    return replyOf(await sealResponse(answer, { httpUri, encrypted: isEncrypted }, options));
  };
  const reply = await befall(await replyOf(sealed), trace, seal);
  const { stages, resultInfo } = trace;
  const { status, headers: replyHeaders, body, brokenAfter = body.length } = reply;
  const sent = { status, headers: replyHeaders, body: body.subarray(0, brokenAfter) };
  const received = { headers, body: wire.body };
  await recordEnding(env.DB, id, { tracerId: tracerIdOf(sealed), received, stages, resultInfo, reply: sent });
  return responseOf(reply);
}

/** What the api gateway asks once a request was verified and fits the contract. */
async function handle(
  db: D1Database,
  { id, update, context, trace }: { id: number; update: UpdatePassRequest; context: Received; trace: Trace },
): Promise<ResultInfo> {
  trace.reached = 'pass';
  trace.context = context;
  const { clientId, tracerId, keyVersion, encrypted } = context;
  trace.befalling = await takeFault(db, { clientId, passId: update.passId });
  const { fault } = trace.befalling ?? {};
  const takesEffect = fault?.applies !== false;
  const stages = verdictsWith({ verdict: 'skipped', ...(fault && { reason: `fault ${fault.name}` }) }, encrypted);
  const note = noteUpdate(db, id, { tracerId, update, keyVersion, fault: fault?.name, stages }, takesEffect);
  let outcome: ResultInfo | undefined;
  if (takesEffect) outcome = await applyUpdate(db, update, context, note);
  else await note.run();
  trace.stages = outcome ? verdictsWith(verdictOf(outcome), encrypted) : stages;
  trace.resultInfo = fault?.resultInfo ?? outcome ?? unknown;
  return trace.resultInfo;
}

function verdictOf({ resultStatus, resultCode }: ResultInfo): Omit<Verdict, 'stage'> {
  return resultStatus === 'S' ? { verdict: 'passed' } : { verdict: 'refused', reason: resultCode };
}

/** What the fault makes of the sealed answer, if there is one. An answer that could not be sealed stays as it is. */
async function befall(sealed: Reply, { befalling, context, resultInfo }: Trace, seal: FaultyExchange['seal']) {
  if (!befalling?.fault.reply || !context || !resultInfo || sealed.status !== 200) return sealed;
  const { tracerId, encrypted } = context;
  return befalling.fault.reply(sealed, { resultInfo, tracerId, encrypted, delayMs: befalling.delayMs, seal });
}

/** Why a request was refused, which the wire does not say; neither its body nor its signature is in it. */
function logRefusal({ tracerId, clientId, resultInfo: { resultCode }, error }: Refusal): void {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
  // Cut, for it is not verified: it may be anyone's and of any length.
  console.warn(JSON.stringify({ tracerId, clientId: clientId?.slice(0, 64), resultCode, name, message }));
}
