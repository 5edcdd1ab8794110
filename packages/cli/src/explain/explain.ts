/** One captured message, stage by stage, in the order in which the core opens it. */
import type { SignedParts } from '@alipayhk-pass/message-security';
import { headerOf, type Message } from '../capture/message.ts';
import { bodyVariants } from './body-variants.ts';
import type { Suite } from './decryption.ts';
import { decryptionStage, tryToDecrypt } from './decryption-stage.ts';
import { type Explanation, notChecked, type StageReport } from './explanation.ts';
import { clientStage, headersStage, statusStage, targetStage, timeHeaderOf } from './head-stages.ts';
import type { End, KnownKey } from './known-keys.ts';
import { signatureStage } from './signature-stage.ts';
import { type Clocks, contractStage, resultStage, timeStage } from './tail-stages.ts';
import { targetVariants } from './target-variants.ts';
import { timeVariants } from './time-variants.ts';
import type { Variant } from './variant.ts';

/** What is known besides the message. */
export interface Knowledge {
  keys: KnownKey[];
  /** Ours; the message's own where it is not known. */
  clientId?: string | undefined;
  /** Others that the caller has or had. */
  clientIds: string[];
  prefixes: string[];
  /** The body as the caller's program had it. */
  plain?: Uint8Array | undefined;
  suite: Suite;
  clocks: Clocks;
  /** Of a reply to the merchant: whether nothing is wrong with its request, as far as can be seen here. */
  isRequestFine: boolean;
}

/**
 * @param from - the end that sent the message
 * @param target - method, path and query that are signed: of a reply, its request's
 */
export async function explain(
  message: Message,
  from: End,
  target: { method: string; httpUri: string },
  knowledge: Knowledge,
): Promise<Explanation> {
  const { keys, clientId, plain, suite, clocks, isRequestFine } = knowledge;
  const to: End = from === 'merchant' ? 'gateway' : 'merchant';
  const receiver = keys.filter(({ owner }) => owner === to);
  const encrypt = headerOf(message, 'Encrypt');
  const others = keys.filter(({ owner }) => owner !== to);
  const decrypted =
    encrypt === undefined ? undefined : await tryToDecrypt(message.body, encrypt, [...receiver, ...others]);
  const body = encrypt === undefined ? message.body : decrypted?.plain;

  const stages: StageReport[] = [message.kind === 'request' ? targetStage(message) : statusStage(message)];
  stages.push(clientStage(message, clientId), headersStage(message, from));
  stages.push(await signatureOf(), timeStage(message, clocks));
  stages.push(
    decryptionStage(message.body, encrypt, decrypted, receiver, suite, isRequestFine),
    contractStage(message, body),
  );
  if (message.kind === 'reply') stages.push(resultStage(body, isRequestFine));
  return { message: message.kind, stages };

  async function signatureOf(): Promise<StageReport> {
    const header = headerOf(message, 'Signature');
    const time = headerOf(message, timeHeaderOf(message));
    const id = headerOf(message, 'Client-Id') ?? clientId;
    if (header === undefined || time === undefined || id === undefined) {
      return notChecked('signature', 'a header that it needs is missing');
    }
    const parts: SignedParts = { ...target, clientId: id, time, body: message.body };
    const expected = keys.filter(({ owner, verifies }) => owner === from && verifies);
    const rest = keys.filter((each) => !expected.includes(each));
    return signatureStage(parts, header, expected, rest, () => variantsOf(parts));
  }

  function variantsOf(parts: SignedParts): Variant[] {
    const host = headerOf(message, 'Host');
    const clientIds = [...(clientId ? [clientId] : []), ...knowledge.clientIds];
    const times = { 'the Request-Time': clocks.requestTime, 'the Date header': headerOf(message, 'Date') };
    return [
      ...bodyVariants(parts.body, { decrypted: decrypted?.plain, plain }),
      ...targetVariants(parts, { host, prefixes: knowledge.prefixes, clientIds }),
      ...timeVariants(parts.time, times),
    ];
  }
}
