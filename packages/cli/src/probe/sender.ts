/** Harmless requests in the settings that are to be tried, and what their replies show. */
import { isMessageError, type PrivateKey, type PublicKey } from '@alipayhk-pass/api';
import { type AnyMessageError, openResponse, rsaAes, sealRequest } from '@alipayhk-pass/message-security';
import { toResponse } from '../capture/fetch.ts';
import { headerOf, type ReplyMessage } from '../capture/message.ts';
import { type Suite, suites } from '../explain/decryption.ts';
import { parseJson } from '../json.ts';
import type { DecryptionKeys, EncryptionKeys } from '../keys.ts';
import { updatePassPath } from '../settings.ts';
import { exchange } from './exchange.ts';

/** Who asks whom. */
export interface Parties {
  clientId: string;
  merchantId: string;
  privateKey: PrivateKey;
  publicKey: PublicKey;
  /** What encrypts and decrypts; `undefined` where there is no such key. */
  rsaKeys: (EncryptionKeys & DecryptionKeys) | undefined;
  baseUrl: string;
  timeout: number;
  /** Between two requests, in milliseconds. */
  pause: number;
}

/** How one request is made. */
export interface Setting {
  suite?: Suite;
  contentType?: string;
  /** The key with another version, or none. */
  privateKey?: PrivateKey;
  zone?: string;
  /** A byte of the body is changed after it was signed. */
  tampered?: boolean;
}

/** What one reply shows. */
export interface Observed {
  reply: ReplyMessage & { body: Uint8Array };
  /** Whether its signature verifies. */
  verified: boolean;
  /** With which suite it was encrypted, if it was. */
  suite: Suite | undefined;
  encrypted: boolean;
  /** Under which names the outcome is. */
  wrappers: string[];
  resultCode: string | undefined;
  resultStatus: string | undefined;
  /** The code of the error for which it does not verify or decrypt. */
  problem: AnyMessageError['code'] | undefined;
}

/** An update of a pass that nobody has; never CLOSED, so that it could end none. */
const probeBody = (merchantId: string): string => {
  const passId = `PROBE${Date.now()}${Math.floor(Math.random() * 1e9)}`;
  const update = { merchantId, userId: 'PROBE', passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
  return JSON.stringify(update);
};

/** Sends one request and reads its reply. */
export async function observe(parties: Parties, setting: Setting = {}): Promise<Observed> {
  const { clientId, publicKey, rsaKeys, baseUrl, timeout, pause } = parties;
  const { suite, contentType, zone, tampered, privateKey = parties.privateKey } = setting;
  const plain = new Request(baseUrl + updatePassPath, { method: 'POST', body: probeBody(parties.merchantId) });
  const sealed = await sealRequest(plain, {
    ...{ ...rsaKeys, clientId, privateKey, publicKey, zone },
    ...(suite && { encryption: rsaAes(suite) }),
    ...(contentType && { encryptedContentType: contentType }),
  });
  const sent = tampered ? new Request(sealed, { body: `${await sealed.clone().text()} ` }) : sealed;
  const reply = await exchange(sent, timeout);
  await new Promise((resolve) => setTimeout(resolve, pause));
  return read(reply, sealed, parties, suite);
}

async function read(
  reply: Observed['reply'],
  sent: Request,
  parties: Parties,
  expected: Suite | undefined,
): Promise<Observed> {
  const encrypted = headerOf(reply, 'Encrypt') !== undefined;
  const candidates = encrypted ? [...(expected ? [expected] : []), ...suites] : [undefined];
  let problem: Observed['problem'];
  for (const suite of candidates) {
    try {
      const { clientId, publicKey, privateKey, rsaKeys } = parties;
      const encryption = suite && { privateKey, ...rsaKeys, encryption: rsaAes(suite) };
      // The times of both clocks are judged by themselves.
      const options = { ...encryption, clientId, publicKey, tolerance: 86_400, replayAllowance: 86_400 };
      const { response } = await openResponse(toResponse({ ...reply, status: 200 }), sent, options);
      return { reply, verified: true, suite, encrypted, problem: undefined, ...outcomeOf(await response.text()) };
    } catch (error) {
      if (!isMessageError(error)) throw error;
      problem = error.code;
      if (error.stage !== 'decryption') break;
    }
  }
  return {
    reply,
    verified: false,
    suite: undefined,
    encrypted,
    problem,
    ...outcomeOf(Buffer.from(reply.body).toString()),
  };
}

/** The outcome that a body in plain has, if it has one. */
export function outcomeOf(text: string): Pick<Observed, 'wrappers' | 'resultCode' | 'resultStatus'> {
  const object = (parseJson(text) ?? {}) as Record<string, { resultCode?: unknown; resultStatus?: unknown }>;
  const wrappers = ['resultInfo', 'result'].filter((name) => object[name]?.resultStatus);
  const { resultCode, resultStatus } = object[wrappers[0] ?? ''] ?? {};
  return { wrappers, resultCode: nameOf(resultCode), resultStatus: nameOf(resultStatus) };
}

/** What a stranger sends gets into a profile only as a name. */
const nameOf = (value: unknown): string | undefined =>
  typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : undefined;
