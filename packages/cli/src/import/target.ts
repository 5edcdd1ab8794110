/** Where updates go, the gateway or an outbox, and what their replies mean. */
import { type ClientOptions, createClient, type UpdatePassRequest } from '@alipayhk-pass/api';
import { printable } from '@alipayhk-pass/message-security';
import { exitCodes, reportError } from '../exit.ts';
import { parseJson } from '../json.ts';
import { isSetupCode } from '../setup-codes.ts';

/** What a target made of an update. */
export interface Reply {
  outcome: 'S' | 'F' | 'U';
  code?: string;
  message?: string;
  tracerId?: string;
  /** Every line would get this reply: keys, token, account or clock are wrong, and nothing more may be sent. */
  stop?: 'refused' | 'security';
}

export interface Target {
  /** For people and for the journal. */
  name: string;
  /** What to check after a reply that stops the run. */
  check: string;
  /** @param key - the same for every attempt of one request */
  send(update: UpdatePassRequest, key: string): Promise<Reply>;
}

/** AlipayHK's gateway, directly. */
export function gatewayTarget(options: ClientOptions & { baseUrl: string }): Target {
  const client = createClient(options);
  return {
    name: options.baseUrl,
    check: 'check keys, Client-Id and clock with alipayhk-pass doctor',
    async send(update) {
      try {
        const { tracerId } = await client.updatePass(update);
        return { outcome: 'S', ...(tracerId && { tracerId }) };
      } catch (error) {
        const { exitCode, error: report } = reportError(error);
        const { resultInfo, tracerId } = report;
        const code = (resultInfo as { resultCode?: string } | undefined)?.resultCode ?? report.code;
        const said = { code, message: (error as Error).message, ...(tracerId && { tracerId }) };
        if (exitCode === exitCodes.refused)
          return { outcome: 'F', ...said, ...(isSetupCode(code) && { stop: 'refused' as const }) };
        if (exitCode === exitCodes.security) return { outcome: 'U', ...said, stop: 'security' };
        if (exitCode === exitCodes.unknown) return { outcome: 'U', ...said };
        throw error;
      }
    },
  };
}

/** An outbox, which takes an update over once it is stored. */
export function outboxTarget(url: string, token: string, timeout = 10_000): Target {
  return {
    name: url,
    check: 'check the URL of the outbox and its token',
    async send({ passId, ...body }, key) {
      let response: Response;
      try {
        response = await fetch(`${url}/passes/${encodeURIComponent(passId)}`, {
          method: 'PUT',
          headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': key },
          body: JSON.stringify(body),
          redirect: 'manual',
          signal: AbortSignal.timeout(timeout),
        });
        const text = await response.text();
        if (response.status === 202) return { outcome: 'S' };
        const said = refusalOf(response.status, text);
        if (response.status === 401 || response.status === 403) return { outcome: 'U', ...said, stop: 'security' };
        return { outcome: [400, 404, 409, 413, 415, 422].includes(response.status) ? 'F' : 'U', ...said };
      } catch {
        return { outcome: 'U', code: 'ResponseMissing', message: 'no complete response from the outbox' };
      }
    },
  };
}

/** The reply comes from whatever is at the URL, and a terminal acts on control characters. */
function refusalOf(status: number, text: string): { code: string; message: string } {
  const { code, message } = errorOf(text);
  const named = typeof code === 'string' && code !== '' ? printable(code, 64) : undefined;
  const said = printable(typeof message === 'string' ? message : text.trim(), 256);
  if (named !== undefined && typeof message === 'string' && said !== '') return { code: named, message: said };
  return { code: named ?? `HTTP ${status}`, message: `the outbox replied HTTP ${status}${said && `: ${said}`}` };
}

/** The error in a reply; empty where there is none. */
function errorOf(text: string): { code?: unknown; message?: unknown } {
  const { error } = (parseJson(text) ?? {}) as { error?: { code?: unknown; message?: unknown } };
  return error ?? {};
}
