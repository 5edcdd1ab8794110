/**
 * The gateway in AlipayHK's place. A request is written down, opened and checked by api's gateway, applied to its pass
 * unless a fault prevents that, and its reply is sealed (anew, if the sandbox emulates a variant), changed by the fault,
 * written down, and sent.
 */
import { createGateway } from '@alipayhk-pass/api/gateway';
import { httpUriOf, type KeyRing, type PrivateKey, tracerIdOf } from '@alipayhk-pass/message-security';
import type { SandboxEvent } from '../events.ts';
import type { SqlStore } from '../store.ts';
import { recordEnding, recordReceipt } from '../tables/ledger.ts';
import { asMeant, type KnownRefusal, refuseIf } from '../variants/refusal.ts';
import { type SealReply, sealerFor } from '../variants/seal.ts';
import type { Variant } from '../variants/variant.ts';
import type { Exchange } from './exchange.ts';
import type { HeaderCase } from './header-case.ts';
import { merchantsFrom } from './known-merchants.ts';
import { type Reply, replyOf, responseOf } from './reply.ts';
import { verdictsAtSealing, verdictsUntil } from './stages.ts';
import { handleUpdate } from './update.ts';

/** What the gateway takes. */
export interface RecordingGatewayOptions {
  store: SqlStore;
  privateKey: KeyRing<PrivateKey>;
  /** About how many requests the ledger holds. */
  ledgerRows: number;
  /** Of replies to a merchant that has no setting of its own. */
  headerCase: HeaderCase;
  /** The variant to emulate; none unless given. */
  variant: Variant | undefined;
  emit: (event: SandboxEvent) => void;
}

/**
 * Makes the gateway.
 *
 * @returns a function that rejects when the store fails: a request that is not in the ledger gets no reply
 */
export function createRecordingGateway(options: RecordingGatewayOptions): (request: Request) => Promise<Response> {
  const { store, privateKey, ledgerRows, variant, emit } = options;
  const { headerCase = options.headerCase, encryption } = variant ?? {};
  const merchantOf = merchantsFrom(store);
  const gateway = createGateway<Exchange>({
    privateKey,
    encryption,
    async publicKeyOf(clientId, exchange) {
      const merchant = await merchantOf(clientId);
      exchange.headerCase = merchant?.headerCase ?? headerCase;
      exchange.publicKeys = merchant?.publicKeys;
      return exchange.publicKeys;
    },
    onBody(wire, exchange) {
      exchange.wire = wire;
      refuseIf(variant?.refuseUnverified?.(exchange.request));
    },
    handler(update, received, exchange) {
      exchange.received = received;
      refuseIf(variant?.refuseVerified?.(received.encrypted));
      return handleUpdate(store, update, received, exchange);
    },
    onRefusal(given, exchange) {
      const refusal = asMeant(given);
      noteRefusal(refusal, exchange);
      emit(eventOf(refusal));
    },
  });

  return async (request) => {
    const { method, headers } = request;
    const httpUri = httpUriOf(request.url);
    const entryId = await recordReceipt(store, { method, httpUri, headers }, ledgerRows);
    const encrypted = Boolean(headers.get('Encrypt'));
    const exchange: Exchange = { request, entryId, httpUri, encrypted, headerCase, stages: [] };
    const sealed = await gateway(request, exchange);
    const tracerId = tracerIdOf(sealed);
    const seal = sealerFor(exchange, tracerId ?? '', privateKey, variant ?? {});
    const varied = await asVariant(await replyOf(sealed), exchange, seal, variant);
    const reply = await withFault(varied, exchange, seal);
    const { stages, resultInfo, wire } = exchange;
    const sent = { ...reply, body: reply.body.subarray(0, reply.brokenAfter) };
    await recordEnding(store, entryId, { tracerId, headers, body: wire, stages, resultInfo, reply: sent });
    return responseOf(reply, exchange.headerCase);
  };
}

/** A request may be refused twice: by a stage, and again when the reply that says so cannot be sealed. */
function noteRefusal({ stage, resultInfo, error }: KnownRefusal, exchange: Exchange): void {
  const { stages, encrypted } = exchange;
  const reason = error instanceof Error ? error.message : 'an unknown error';
  exchange.stages =
    stage === 'sealing' ? verdictsAtSealing(stages, reason, encrypted) : verdictsUntil(stage, reason, encrypted);
  exchange.resultInfo = resultInfo;
}

/** Why a request was refused, which the reply does not say. */
function eventOf({ stage, tracerId, clientId, resultInfo: { resultCode }, error }: KnownRefusal): SandboxEvent {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
  return {
    event: 'request-refused',
    tracerId,
    clientId: clientId?.slice(0, 64), // not verified: it may be of any length
    stage,
    resultCode,
    name,
    message,
  };
}

/** The reply as the variant sends it. One that is not signed has no known receiver, or could not be sealed. */
async function asVariant(
  sealed: Reply,
  exchange: Exchange,
  seal: SealReply,
  variant: Variant | undefined,
): Promise<Reply> {
  if (!variant || !exchange.resultInfo || !sealed.headers.has('Signature')) return sealed;
  const resultInfo = variant.resultOf?.(exchange.resultInfo) ?? exchange.resultInfo;
  exchange.resultInfo = resultInfo;
  const body = variant.bodyOf?.(resultInfo) ?? { resultInfo };
  const reply = await seal(body);
  const status = variant.unsignedRefusalStatus;
  if (status === undefined || resultInfo.resultCode !== 'INVALID_SIGNATURE') return reply;
  return replyOf(Response.json(body, { status, headers: { 'Tracer-Id': sealed.headers.get('Tracer-Id') ?? '' } }));
}

/** The reply after the fault that the request took; unchanged if it took none or the reply could not be sealed. */
async function withFault(sealed: Reply, exchange: Exchange, seal: SealReply): Promise<Reply> {
  const { taken, received, resultInfo } = exchange;
  if (!taken?.fault.reply || !received || !resultInfo || sealed.status !== 200) return sealed;
  const { tracerId, encrypted } = received;
  return taken.fault.reply(sealed, { resultInfo, tracerId, encrypted, delayMs: taken.delayMs, seal });
}
