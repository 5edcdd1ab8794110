/** Where updates go, the gateway or an outbox, and what their replies mean. */
import { type ClientOptions, createClient, type UpdatePassRequest } from '@alipayhk-pass/api';
import { printable } from '@alipayhk-pass/message-security';
import { exitCodes, reportError } from '../exit.ts';

/** What a target made of an update. */
export interface Reply {
  outcome: 'S' | 'F' | 'U';
  code?: string;
  message?: string;
  tracerId?: string;
  /** Nothing that is sent can succeed: keys, token or clock are wrong. */
  security?: boolean;
}

export interface Target {
  /** For people and for the journal. */
  name: string;
  /** @param key - the same for every attempt of one request */
  send(update: UpdatePassRequest, key: string): Promise<Reply>;
}

/** AlipayHK's gateway, directly. */
export function gatewayTarget(options: ClientOptions & { baseUrl: string }): Target {
  const client = createClient(options);
  return {
    name: options.baseUrl,
    async send(update) {
      try {
        const { tracerId } = await client.updatePass(update);
        return { outcome: 'S', ...(tracerId && { tracerId }) };
      } catch (error) {
        const { exitCode, error: report } = reportError(error);
        const { resultInfo, message, tracerId } = report;
        const code = (resultInfo as { resultCode?: string } | undefined)?.resultCode ?? report.code;
        const said = { code, message, ...(tracerId && { tracerId }) };
        if (exitCode === exitCodes.refused) return { outcome: 'F', ...said };
        if (exitCode === exitCodes.security) return { outcome: 'U', ...said, security: true };
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
        const { code = `HTTP ${response.status}`, message = '' } = errorOf(text);
        const said = { code, message };
        if (response.status === 401 || response.status === 403) return { outcome: 'U', ...said, security: true };
        return { outcome: [400, 404, 409, 413, 415, 422].includes(response.status) ? 'F' : 'U', ...said };
      } catch {
        return { outcome: 'U', code: 'ResponseMissing', message: 'no complete response from the outbox' };
      }
    },
  };
}

/** The reply comes from whatever is at the URL, and a terminal acts on control characters. */
function errorOf(text: string): { code?: string; message?: string } {
  try {
    const { code, message } = JSON.parse(text).error;
    return { code: printable(String(code), 64), message: printable(String(message), 256) };
  } catch {
    return {};
  }
}
