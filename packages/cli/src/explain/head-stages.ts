/** The stages before the signature: what a message is for, who sent it, and the form of its headers. */
import { isMessageError } from '@alipayhk-pass/api';
import { parseHeader, parseTime } from '@alipayhk-pass/message-security';
import { headerOf, type Message } from '../capture/message.ts';
import { updatePassPath } from '../settings.ts';
import { type Cause, failed, passed, type StageReport } from './explanation.ts';
import type { End } from './known-keys.ts';
import { parse, resultOf } from './result.ts';

const operations = /\/points\/(?:bill\/notify|membercard\/create)$/;

/** Whether a path is one that AlipayHK calls at the merchant. */
export const isWebhook = (httpUri: string): boolean => operations.test(httpUri.split('?', 1)[0] ?? '');

export function targetStage({ method, httpUri, headers }: Message & { kind: 'request' }): StageReport {
  const causes: Cause[] = [];
  const [path = ''] = httpUri.split('?', 1);
  if (method !== 'POST')
    causes.push({ cause: 'method-not-post', words: `the method is ${method.slice(0, 16)}; expected POST` });
  if (!path.endsWith(updatePassPath) && !isWebhook(path)) {
    causes.push({ cause: 'path-unknown', words: `the path is ${path.slice(0, 120)}; expected ${updatePassPath}` });
  }
  const type = headerOf({ headers }, 'Content-Type') ?? '';
  if (!/^(application\/json|text\/plain)\s*(;|$)/i.test(type)) {
    causes.push({
      cause: 'content-type',
      words: `the Content-Type is ${type.slice(0, 60) || 'missing'}; expected application/json or, of an encrypted body, text/plain`,
    });
  }
  return causes.length > 0 ? failed('target', causes) : passed('target');
}

export function statusStage({ status }: Message & { kind: 'reply' }): StageReport {
  if (status === 200) return passed('status');
  return failed('status', [
    { cause: 'http-status', words: `the HTTP status is ${status}; expected 200, which carries refusals too` },
  ]);
}

export function clientStage(message: Message, clientId: string | undefined): StageReport {
  const received = headerOf(message, 'Client-Id');
  if (received === undefined) {
    if (message.kind === 'reply') return passed('client', 'a reply may leave Client-Id out');
    return failed('client', [{ cause: 'client-id-missing', words: 'missing Client-Id header' }]);
  }
  if (clientId !== undefined && received !== clientId) {
    return failed('client', [
      { cause: 'client-id-other', words: `the Client-Id header is ${received.slice(0, 64)}; expected ${clientId}` },
    ]);
  }
  return passed('client');
}

/**
 * The form of Signature, Encrypt and the time.
 *
 * @param from - the end that sent the message, or should have
 */
export function headersStage(message: Message, from: End): StageReport {
  const timeHeader = timeHeaderOf(message);
  const signature = headerOf(message, 'Signature');
  const time = headerOf(message, timeHeader);
  const causes: Cause[] = [];
  if (signature === undefined && time === undefined && message.kind === 'reply') {
    causes.push({ cause: 'unsigned', words: `the reply is not signed; ${unsignedReason(message, from)}` });
  } else {
    if (signature === undefined) causes.push({ cause: 'header-missing', words: 'missing Signature header' });
    if (time === undefined) causes.push({ cause: 'header-missing', words: `missing ${timeHeader} header` });
  }
  if (time !== undefined && parseTime(time) === undefined) {
    causes.push({
      cause: 'time-form',
      words: `the ${timeHeader} header is ${JSON.stringify(time.slice(0, 64))}; expected ISO-8601 with a zone`,
    });
  }
  for (const name of ['Signature', 'Encrypt'] as const) {
    const text = headerOf(message, name);
    const problem = text === undefined ? undefined : problemOf(name, text);
    if (problem !== undefined) causes.push({ cause: `${name.toLowerCase()}-header-form`, words: problem });
  }
  return causes.length > 0 ? failed('headers', causes) : passed('headers');
}

function unsignedReason({ body }: Message, from: End): string {
  if (from === 'merchant')
    return "a merchant's server replies so when it refuses a call, and its onRefusal has the reason";
  return resultOf(parse(body))
    ? 'a gateway replies so when it refuses the signature or the Client-Id of the request'
    : 'it has no result either, so it is probably of something in between, as a proxy, or the address is not the gateway';
}

export const timeHeaderOf = ({ kind }: { kind: Message['kind'] }): 'Request-Time' | 'Response-Time' =>
  kind === 'request' ? 'Request-Time' : 'Response-Time';

function problemOf(name: 'Signature' | 'Encrypt', text: string): string | undefined {
  try {
    parseHeader(name, text);
    return undefined;
  } catch (error) {
    if (!isMessageError(error)) throw error;
    return error.message;
  }
}
