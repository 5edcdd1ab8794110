/**
 * One update on its way: the merchant's client does the work, with a `fetch` that keeps what goes over the wire. So the
 * page shows what any merchant's program would send, and the error that it would get.
 */

import { createClient, type UpdatePassRequest } from '@alipayhk-pass/api';
import { openResponse, RSA_AES, tracerIdOf } from '@alipayhk-pass/message-security';
import type { Entry, Pass } from '../../src/client.ts';
import type { Keys } from './key.ts';
import type { KeyAdvice } from './key-advice.ts';
import { type Outcome, outcomeOf } from './verdicts.ts';
import { readWire, textOf, type WireMessage } from './wire.ts';

/** How to send. */
export interface SendOptions {
  encryption: boolean;
  /** Written into the Signature header; empty for none. */
  keyVersion: string;
  /** Change the body after it was sealed. */
  tamper: boolean;
  /** How long a reply may take, in milliseconds. */
  timeout: number;
}

/** An update and everything that is known of it. */
export interface Exchange {
  id: number;
  /** When it was sent, in milliseconds since the epoch. */
  at: number;
  options: SendOptions;
  /** The fault that was added for it. */
  fault: string | undefined;
  clientId: string;
  /** The body as the form has it. */
  plaintext: string;
  /** `undefined` if nothing was sent. */
  request: SentRequest | undefined;
  /** `undefined` if no complete reply arrived. */
  reply: ReceivedReply | undefined;
  outcome: Outcome;
  /** The gateway's side; `undefined` while it is being read, `null` if there is none. */
  entry: Entry | null | undefined | 'unreadable';
  /** If the gateway did not verify the signature: which key is wrong. */
  keyAdvice?: KeyAdvice | undefined;
  /** The pass before, if it is known. */
  before: Pass | undefined;
  /** The pass afterwards, if it is known. */
  pass: Pass | undefined;
}

/** The request as it was sealed, and as it was sent. */
export interface SentRequest {
  method: string;
  url: string;
  httpUri: string;
  sealed: WireMessage;
  /** The same as `sealed`, unless it was tampered with. */
  sent: WireMessage;
}

/** The reply as it arrived. */
export interface ReceivedReply extends WireMessage {
  status: number;
  /** The body in plain, once verified and decrypted. */
  plaintext: string | undefined;
}

/** The result code of an exchange, also where the reply did not get through. */
export function resultCodeOf({ outcome, entry }: Pick<Exchange, 'outcome' | 'entry'>): string | undefined {
  const noted = typeof entry === 'object' ? entry?.resultInfo?.resultCode : undefined;
  return outcome.resultCode ?? noted;
}

let count = 0;

/** An exchange of which nothing was sent yet. */
export function exchangeOf(
  plaintext: string,
  { clientId }: Keys,
  options: SendOptions,
  fault: string | undefined,
): Exchange {
  count += 1;
  return {
    ...{ id: count, at: Date.now(), options, fault, clientId, plaintext },
    ...{ request: undefined, reply: undefined, entry: undefined, before: undefined, pass: undefined },
    outcome: { kind: 'accepted', effect: 'yes' },
  };
}

/** Seals and sends an update and opens the reply; the outcome is in the exchange, so it does not reject. */
export async function sendUpdate(
  plaintext: string,
  keys: Keys,
  options: SendOptions,
  fault: string | undefined,
): Promise<Exchange> {
  const exchange = exchangeOf(plaintext, keys, options, fault);
  let update: UpdatePassRequest;
  try {
    update = JSON.parse(plaintext);
  } catch (error) {
    return { ...exchange, outcome: { kind: 'notJson', effect: 'no', message: (error as Error).message } };
  }
  let receiving: Promise<ReceivedReply | undefined> | undefined;
  const opening = openOptions(keys, options);
  try {
    const client = createClient({
      ...opening,
      privateKey: { ...keys.signer, keyVersion: options.keyVersion || undefined },
      decryptionKey: keys.decryptionKey,
      baseUrl: location.origin,
      timeout: options.timeout,
      async fetch(sealed) {
        const { method, url } = sealed;
        const { pathname, search } = new URL(url);
        const wire = await readWire(sealed.clone());
        const sent = options.tamper ? { ...wire, body: tampered(wire.body) } : wire;
        exchange.request = { method, url, httpUri: pathname + search, sealed: wire, sent };
        const outgoing = options.tamper ? new Request(sealed, { body: sent.body }) : sealed;
        const response = await fetch(outgoing, { cache: 'no-store', credentials: 'omit' });
        exchange.outcome.tracerId = tracerIdOf(response);
        receiving = receive(response.clone(), outgoing.url, opening);
        return response;
      },
    });
    const { tracerId, resultInfo } = await client.updatePass(update);
    exchange.outcome = { kind: 'accepted', effect: 'yes', resultCode: resultInfo.resultCode, tracerId };
  } catch (error) {
    const { tracerId } = exchange.outcome;
    exchange.outcome = { ...outcomeOf(error) };
    exchange.outcome.tracerId ??= tracerId;
  }
  exchange.reply = await receiving;
  return exchange;
}

type OpeningOptions = ReturnType<typeof openOptions>;

function openOptions({ clientId, publicKey, decryptionKey }: Keys, { encryption }: SendOptions) {
  return { clientId, publicKey, decryptionKey, encryption: encryption ? RSA_AES : undefined };
}

/** The reply as it came; a second opening of it gives the plaintext, which the client does not hand out. */
async function receive(response: Response, url: string, options: OpeningOptions): Promise<ReceivedReply | undefined> {
  const copy = response.clone();
  const opening = openResponse(response, { url }, options).then(({ response: plain }) => plain.text());
  opening.catch(() => undefined); // the client reports it
  const wire = await readWire(copy).catch(() => undefined);
  if (wire === undefined) return undefined;
  return { status: response.status, ...wire, plaintext: await opening.catch(() => undefined) };
}

/** The same body with one character changed: the last digit, so that JSON and base64 stay what they are. */
function tampered(body: WireMessage['body']): WireMessage['body'] {
  const text = textOf(body);
  const changed = text.replace(/(\d)(\D*)$/, (_, digit, rest) => `${(Number(digit) + 1) % 10}${rest}`);
  return new TextEncoder().encode(changed === text ? `${text} ` : changed);
}
