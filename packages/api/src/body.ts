/**
 * Reads the bodies of verified messages at both ends: bytes become JSON that fits the contract, or issues with their
 * paths.
 */
import { DecryptionFailed } from '@alipayhk-pass/message-security';
import * as v from 'valibot';
import type { Issue } from './errors.ts';
import type { paths } from './generated/types.ts';
import { toIssue } from './issue.ts';

/** The operation's path; signed with every message. */
export const updatePassPath = '/api/open/alipay/v1/ipass/pass/manage/updatePass' satisfies keyof paths;

/** Whether a message has an Encrypt header. An empty one counts as absent, like every empty header of the protocol. */
export const isEncrypted = ({ headers }: Pick<Request, 'headers'>): boolean => Boolean(headers.get('Encrypt'));

/** A value that passed a check, or the issues that it has. */
export type Checked<T> = { value: T; issues?: undefined } | { value?: undefined; issues: Issue[] };

/**
 * Parses a body as JSON in UTF-8. A byte-order mark at its start is ignored.
 *
 * @param body - in plain
 * @param encrypted - whether it was encrypted on the wire
 * @param tracerId - tracer id of a reply, to be put on the error
 * @returns an issue for a plain body that is not JSON
 * @throws DecryptionFailed for an encrypted body that is not JSON: the padding may fit under a wrong key by chance, and
 *   that must look like every other wrong key
 * @see RFC 8259 §8.1
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
 * Copies `result` of a reply to `resultInfo` when `resultInfo` is absent or null. AlipayHK's pages use both names, and
 * other gateways send null for absent fields.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a13 A13}
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
 * Checks a value against a schema and against 64 levels of nesting. The value is returned unchanged, with its unknown
 * fields.
 *
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a25 A25}
 */
export function check<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Checked<T> {
  if (isDeeper(value, 64)) return { issues: [{ path: '', message: 'nests deeper than 64 levels' }] };
  const { success, issues } = v.safeParse(schema, value);
  return success ? { value: value as T } : { issues: issues.map(toIssue) };
}

/** Called before the schema walks the value: a body of a few kilobytes can nest deep enough to exhaust the stack. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((child) => isDeeper(child, levels - 1));
}
