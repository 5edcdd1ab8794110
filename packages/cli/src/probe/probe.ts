/** The questions that a gateway's replies settle, asked one after the other. */
import type { PrivateKey } from '@alipayhk-pass/api';
import { headerOf } from '../capture/message.ts';
import { CommandError, exitCodes } from '../exit.ts';
import { type Suite, suiteName, suites } from '../explain/decryption.ts';
import { howToCompareKeys, isSetupCode, somethingBetween } from '../setup-codes.ts';
import { type Observed, observe, type Parties } from './sender.ts';

/** What was found out; `null` where it could not be. */
export interface Findings {
  /** With which our requests are signed. */
  algorithm: string;
  /** Whether a signed request in plain gets past signature and decryption. */
  plain: 'accepted' | 'refused';
  plainCode: string | null;
  encryption: Suite | null;
  /** Whether other keys encrypt than those that sign. */
  separateEncryptionKeys: boolean;
  encryptedContentTypes: string[];
  /** Whether a reply to an encrypted request was encrypted. */
  encryptedReplies: boolean | null;
  encryptedReplyContentType: string | null;
  keyVersion: 'needed' | 'optional' | 'refused' | null;
  replyKeyVersion: string | null;
  wrapper: string | null;
  headerCase: 'Title-Case' | 'lower-case' | 'UPPER-CASE' | null;
  replyClientId: boolean;
  responseTime: string | null;
  traceHeader: string | null;
  signatureEncoding: string | null;
  /** How a request with a wrong signature is refused. */
  refusal: { signed: boolean; code: string | null; status: number };
  /** How many requests were sent. */
  requests: number;
}

const contentTypes = ['text/plain; charset=UTF-8', 'application/json; charset=UTF-8'];

/** Codes of a request that did not get as far as a pass. */
const early = new Set([
  'INVALID_SIGNATURE',
  'INVALID_CLIENT',
  'KEY_NOT_FOUND',
  'ACCESS_DENIED',
  'INVALID_API',
  'METHOD_NOT_SUPPORTED',
  'MEDIA_TYPE_NOT_ACCEPTABLE',
  'PARAM_ILLEGAL',
]);

/**
 * Asks everything. Nothing of it changes a card: every passId is invented, and none is CLOSED.
 *
 * @param otherVersion - our key with a version if it has none, without one if it has
 * @throws CommandError when the gateway does not reply, and when it or we have the wrong key: nothing else can be found then
 */
export async function probe(
  parties: Parties,
  otherVersion: PrivateKey,
  onStep: (text: string) => void,
): Promise<Findings> {
  let requests = 0;
  const ask = async (...args: Parameters<typeof observe>): Promise<Observed> => {
    requests++;
    const observed = await observe(...args);
    if (observed.problem === 'SignatureVerificationFailed') throw wrongPublicKey();
    return observed;
  };
  onStep('a signed request in plain');
  const plain = await ask(parties);
  onStep('a wrong signature');
  const tampered = await ask(parties, { tampered: true });
  onStep('another key version');
  const version = await ask(parties, { privateKey: otherVersion });
  const configured = parties.privateKey.keyVersion !== undefined;
  const passes = [plain, version].map((each) => passesSignature(each, tampered));
  // If ours is refused for its version, everything else is asked with the other one.
  const asking = !passes[0] && passes[1] ? { ...parties, privateKey: otherVersion } : parties;
  const baseline = passes[0] ? plain : version;

  const isRefused = (more: Observed[]): boolean =>
    !passes.includes(true) && [plain, version, ...more].every(isRefusedForSetup);
  if (parties.rsaKeys === undefined && isRefused([])) throw wrongSetup(plain.resultCode);
  const found: { suite: Suite; contentType: string; observed: Observed }[] = [];
  for (const contentType of parties.rsaKeys ? contentTypes : []) {
    if (found.length > 0) break;
    for (const suite of suites) {
      onStep(`${suiteName(suite)}, ${contentType}`);
      const observed = await ask(asking, { suite, contentType });
      if (isRefused([observed])) throw wrongSetup(plain.resultCode);
      if (isDecrypted(observed, baseline)) {
        found.push({ suite, contentType, observed });
        break;
      }
      if (observed.resultCode === 'MEDIA_TYPE_NOT_ACCEPTABLE') break;
    }
  }
  const [encrypted] = found;
  const types = encrypted ? [encrypted.contentType] : [];
  const [, json = ''] = contentTypes;
  if (encrypted && encrypted.contentType !== json) {
    onStep(`${suiteName(encrypted.suite)}, ${json}`);
    if (isDecrypted(await ask(asking, { suite: encrypted.suite, contentType: json }), baseline)) types.push(json);
  }
  const shown = [encrypted?.observed, baseline, plain].find((each) => each?.verified) ?? plain;
  return {
    algorithm: parties.privateKey.algorithm,
    plain: isPast(baseline) ? 'accepted' : 'refused',
    plainCode: plain.resultCode ?? null,
    encryption: encrypted?.suite ?? null,
    separateEncryptionKeys: parties.rsaKeys !== undefined && 'encryptionKey' in parties.rsaKeys,
    encryptedContentTypes: types,
    encryptedReplies: encrypted ? encrypted.observed.encrypted : null,
    encryptedReplyContentType: encrypted?.observed.encrypted
      ? (headerOf(encrypted.observed.reply, 'Content-Type') ?? null)
      : null,
    keyVersion: versionFinding(passes, configured),
    ...shownBy(shown),
    refusal: { signed: tampered.verified, code: tampered.resultCode ?? null, status: tampered.reply.status },
    requests,
  };
}

/** Neither plain nor encrypted, neither with a version nor without one: it is no question of form. */
const isRefusedForSetup = ({ resultCode, encrypted }: Observed): boolean =>
  // A reply that does not decrypt is encrypted to the key that the gateway takes for ours.
  resultCode === undefined ? encrypted : isSetupCode(resultCode);

function wrongSetup(code = 'INVALID_SIGNATURE'): CommandError {
  const reason =
    code === 'INVALID_SIGNATURE'
      ? `it probably holds another public key for this Client-Id, MERCHANT_PRIVATE_KEY is not the registered one, or ${somethingBetween}`
      : 'it does not know this Client-Id, its key or the keyVersion, or does not allow it to call';
  const text = `the gateway refuses every correctly signed request with ${code}: ${reason}; neither a profile nor a mail was written; ${howToCompareKeys}`;
  return new CommandError(text, exitCodes.security);
}

const wrongPublicKey = (): CommandError =>
  new CommandError(
    "the gateway signs its replies, but ALIPAYHK_PUBLIC_KEY does not verify them: it is not the key of this gateway; neither a profile nor a mail was written; compare its fingerprint, which doctor prints, with AlipayHK's key in the console",
    exitCodes.security,
  );

/** The request was understood in every respect but that there is no such pass. */
const isPast = ({ verified, resultCode }: Observed): boolean =>
  verified && resultCode !== undefined && !early.has(resultCode);

/** Its reply differs from that to a wrong signature. */
function passesSignature(observed: Observed, tampered: Observed): boolean {
  return isPast(observed) || (observed.verified && observed.resultCode !== tampered.resultCode);
}

/** The reply to a body that was decrypted is that to the same body in plain. */
function isDecrypted(observed: Observed, baseline: Observed): boolean {
  if (!observed.verified) return false;
  return isPast(baseline) ? observed.resultCode === baseline.resultCode : isPast(observed);
}

function versionFinding([ours, other]: boolean[], configured: boolean): Findings['keyVersion'] {
  const [withVersion, without] = configured ? [ours, other] : [other, ours];
  if (withVersion && without) return 'optional';
  if (withVersion) return 'needed';
  return without ? 'refused' : null;
}

function shownBy(observed: Observed) {
  const { reply, wrappers } = observed;
  const signature = headerOf(reply, 'Signature') ?? '';
  const names = reply.headers.map(([name]) => name);
  const trace = names.find((name) => /^tracer-?id$/i.test(name));
  return {
    replyKeyVersion: /keyVersion=([\w.-]+)/i.exec(signature)?.[1] ?? null,
    wrapper: wrappers.join(' and ') || null,
    headerCase: caseOf(names.find((name) => /^(signature|client-id|response-time)$/i.test(name))),
    replyClientId: headerOf(reply, 'Client-Id') !== undefined,
    responseTime: formOfTime(headerOf(reply, 'Response-Time')),
    traceHeader: trace === undefined ? null : /-/.test(trace) ? 'Tracer-Id' : 'tracerId',
    signatureEncoding: signature === '' ? null : encodingOf(/signature=([^,]*)/i.exec(signature)?.[1] ?? ''),
  };
}

function caseOf(name: string | undefined): Findings['headerCase'] {
  if (name === undefined) return null;
  if (name === name.toLowerCase()) return 'lower-case';
  return name === name.toUpperCase() ? 'UPPER-CASE' : 'Title-Case';
}

function formOfTime(time: string | undefined): string | null {
  const [, fraction, zone] = /^[\d-]+T[\d:]+(\.\d+)?(Z|[+-]\d\d:?\d\d)$/.exec(time ?? '') ?? [];
  if (zone === undefined) return null;
  const form = zone === 'Z' ? 'Z' : zone.includes(':') ? 'an offset with a colon' : 'an offset without a colon';
  return fraction ? `fractions of a second, ${form}` : form;
}

function encodingOf(value: string): string {
  if (/%0a/i.test(value)) return 'percent-encoded base64 with line feeds';
  if (/%[0-9a-f]{2}/i.test(value)) return 'percent-encoded base64';
  if (/[+/=]/.test(value)) return 'raw base64';
  return /[-_]/.test(value) ? 'base64url' : 'percent-encoded base64';
}
