/**
 * Bodies of both ends: from the bytes that were verified to JSON that fits the contract, or to issues with their paths.
 */
import { DecryptionFailed } from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import type { Issue } from './errors.ts';
import type { paths } from './generated/types.ts';
import { toIssue } from './issue.ts';

/** The operation's path; signed with every message. */
export const updatePassPath = '/api/open/alipay/v1/ipass/pass/manage/updatePass' satisfies keyof paths;

/** Whether a message is encrypted; an empty header counts as absent, as everywhere. */
export const isEncrypted = ({ headers }: Pick<Request, 'headers'>): boolean => Boolean(headers.get('Encrypt'));

/** A checked value, or why there is none. */
export type Checked<T> = { value: T; issues?: undefined } | { value?: undefined; issues: Issue[] };

/**
 * JSON of a body; a byte-order mark before it is ignored (RFC 8259 §8.1).
 *
 * @param tracerId - of a reply: its error has it, wherever it comes from
 * @throws DecryptionFailed for an encrypted body that holds no JSON: a wrong key whose padding happened to fit must
 *   look like every other wrong key
 */
export function readJson(body: ArrayBuffer, encrypted: boolean, tracerId?: string): Checked<unknown> {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) };
  } catch {
    if (encrypted) throw Object.assign(new DecryptionFailed(), tracerId && { tracerId });
    return { issues: [{ path: '', message: 'is not JSON in UTF-8' }] };
  }
}

/**
 * What a reply says of its outcome, under either of the names that AlipayHK's pages give it: `resultInfo` or `result`. Other
 * gateways send null for what they leave out.
 */
export function withResultInfo(value: unknown): unknown {
  const isAlias =
    typeof value === 'object' &&
    value !== null &&
    'result' in value &&
    !('resultInfo' in value && value.resultInfo !== null);
  return isAlias ? { ...value, resultInfo: value.result } : value;
}

/**
 * The value as it was given, if it fits the schema: what is sent is what the caller wrote, unknown fields included.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a25 A25}
 */
export function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Checked<T> {
  if (isDeeper(value, 64)) return { issues: [{ path: '', message: 'nests deeper than 64 levels' }] };
  const { success, issues } = v.safeParse(schema, value);
  return success ? { value: value as T } : { issues: issues.map(toIssue) };
}

/** Before anything recurses into it: a body of a few kilobytes can nest deep enough to exhaust the stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}
