/**
 * The gateway in AlipayHK's place. A request is written down, opened and checked by api's gateway, applied to its pass
 * unless a fault prevents that, and its reply is sealed, changed by the fault, written down, and sent.
 */
import { createGateway, type Refusal } from '@alipayhk-pass/api/gateway';
import {
  httpUriOf,
  type KeyRing,
  type PrivateKey,
  RSA_AES,
  sealResponse,
  tracerIdOf,
} from '@alipayhk-pass/message-security';
import type { SandboxEvent } from '../events.ts';
import type { FaultyExchange } from '../faults/fault.ts';
import type { SqlStore } from '../store.ts';
import { recordEnding, recordReceipt } from '../tables/ledger.ts';
import type { Exchange } from './exchange.ts';
import type { HeaderCase } from './header-case.ts';
import { merchantsFrom } from './known-merchants.ts';
import { type Reply, replyOf, responseOf } from './reply.ts';
import { stageOf, verdictsAtSealing, verdictsUntil } from './stages.ts';
import { handleUpdate } from './update.ts';

/** What the gateway takes. */
export interface RecordingGatewayOptions {
  store: SqlStore;
  privateKey: KeyRing<PrivateKey>;
  /** About how many requests the ledger holds. */
  ledgerRows: number;
  /** Of replies to a merchant that has no setting of its own. */
  headerCase: HeaderCase;
  emit: (event: SandboxEvent) => void;
}

/**
 * Makes the gateway.
 *
 * @returns a function that rejects when the store fails: a request that is not in the ledger gets no reply
 */
export function createRecordingGateway(options: RecordingGatewayOptions): (request: Request) => Promise<Response> {
  const { store, privateKey, ledgerRows, headerCase, emit } = options;
  const merchantOf = merchantsFrom(store);
  const gateway = createGateway<Exchange>({
    privateKey,
    async publicKeyOf(clientId, exchange) {
      const merchant = await merchantOf(clientId);
      exchange.headerCase = merchant?.headerCase ?? headerCase;
      exchange.publicKeys = merchant?.publicKeys;
      return exchange.publicKeys;
    },
    onBody(wire, exchange) {
      exchange.wire = wire;
    },
    handler: (update, received, exchange) => handleUpdate(store, update, received, exchange),
    onRefusal(refusal, exchange) {
      noteRefusal(refusal, exchange);
      emit(eventOf(refusal));
    },
  });

  return async (request) => {
    const { method, headers } = request;
    const httpUri = httpUriOf(request.url);
    const entryId = await recordReceipt(store, { method, httpUri, headers }, ledgerRows);
    const encrypted = Boolean(headers.get('Encrypt'));
    const exchange: Exchange = { entryId, httpUri, encrypted, headerCase, stages: [] };
    const sealed = await gateway(request, exchange);
    const tracerId = tracerIdOf(sealed);
    const reply = await withFault(await replyOf(sealed), exchange, privateKey);
    const { stages, resultInfo, wire } = exchange;
    const sent = { ...reply, body: reply.body.subarray(0, reply.brokenAfter) };
    await recordEnding(store, entryId, { tracerId, headers, body: wire, stages, resultInfo, reply: sent });
    return responseOf(reply, exchange.headerCase);
  };
}

/** A request may be refused twice: by a stage, and again when the reply that says so cannot be sealed. */
function noteRefusal({ stage, resultInfo, error }: Refusal, exchange: Exchange): void {
  const { stages, encrypted } = exchange;
  const reason = error instanceof Error ? error.message : 'an unknown error';
  exchange.stages =
    stage === 'sealing'
      ? verdictsAtSealing(stages, reason, encrypted)
      : verdictsUntil(stageOf(stage), reason, encrypted);
  exchange.resultInfo = resultInfo;
}

/** Why a request was refused, which the reply does not say. */
function eventOf({ stage, tracerId, clientId, resultInfo: { resultCode }, error }: Refusal): SandboxEvent {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: String(error) };
  return {
    event: 'request-refused',
    tracerId,
    clientId: clientId?.slice(0, 64), // not verified: it may be of any length
    stage: stageOf(stage),
    resultCode,
    name,
    message,
  };
}

/** The reply after the fault that the request took; unchanged if it took none or the reply could not be sealed. */
async function withFault(sealed: Reply, exchange: Exchange, privateKey: KeyRing<PrivateKey>): Promise<Reply> {
  const { taken, received, resultInfo, httpUri, publicKeys } = exchange;
  if (!taken?.fault.reply || !received || !resultInfo || sealed.status !== 200) return sealed;
  const { tracerId, encrypted, symmetricKeyLength, clientId, keyVersion } = received;
  const publicKey = publicKeys?.findLast((key) => key.keyVersion === keyVersion);
  const seal: FaultyExchange['seal'] = async (body, { encrypted: isEncrypted = encrypted, ...change } = {}) => {
    const plain = Response.json(body, { headers: { 'Tracer-Id': tracerId } });
    const options = { clientId, privateKey, publicKey, encryption: RSA_AES, ...change };
    return replyOf(await sealResponse(plain, { httpUri, encrypted: isEncrypted, symmetricKeyLength }, options));
  };
  return taken.fault.reply(sealed, { resultInfo, tracerId, encrypted, delayMs: taken.delayMs, seal });
}
