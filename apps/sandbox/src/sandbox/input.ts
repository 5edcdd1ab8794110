/** What the admin API is given, checked: bodies, queries, and the forms that several routes share. */
import type { Context } from 'hono';
import * as v from 'valibot';
import { maxPassId } from '../ledger.ts';
import { type Issue, Refused } from './answer.ts';

/** Longest body in bytes. */
const maxBodyBytes = 64 * 1024;

const text = (longest: number) =>
  v.pipe(v.string('text'), v.nonEmpty('text that is not empty'), v.maxLength(longest, `at most ${longest} characters`));

export const vText = text(256);
export const vLongText = text(16 * 1024);
export const vMerchantId = text(64);
/** Fit for a path: URLs drop a dot and two dots, however they are encoded. */
export const vPassId = v.pipe(text(maxPassId), v.regex(/^(?!\.\.?$)/, 'other text than . and ..'));
export const vClientId = v.pipe(text(64), v.regex(/^[\w-]+$/, 'letters, digits, dash or underscore'));

/** An object with these fields and no others. */
export function strict<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, ({ expected }) => {
    if (expected === 'Object') return 'a JSON object';
    return expected === 'never' ? 'no such field' : 'a value, received none';
  });
}

/**
 * The body of a request.
 *
 * @throws Refused, MediaTypeNotSupported, ContentTooLarge, JsonInvalid or RequestInvalid
 */
export async function readBody<T>({ req }: Context, schema: v.GenericSchema<unknown, T>): Promise<T> {
  if (req.header('Content-Type') === undefined) {
    throw new Refused('MediaTypeNotSupported', [{ path: 'Content-Type', expected: 'application/json in UTF-8' }]);
  }
  let value: unknown;
  try {
    const bytes = await readBytes(req.raw);
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('JsonInvalid', [{ path: '', expected: 'JSON in UTF-8' }]);
  }
  return checked(schema, value);
}

/** @throws Refused, RequestInvalid */
export function readQuery<T>({ req }: Context, schema: v.GenericSchema<unknown, T>): T {
  return checked(schema, req.query());
}

/** Digits of a query, as a number from 1. */
export const vId = v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'a whole number'), v.transform(Number));

/** How many at most; 50 unless given. */
export const vLimit = v.optional(v.pipe(vId, v.minValue(1, '1 to 100'), v.maxValue(100, '1 to 100')), '50');

function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  // valibot takes a list for an object.
  if (Array.isArray(value)) throw new Refused('RequestInvalid', [{ path: '', expected: 'a JSON object' }]);
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success) throw new Refused('RequestInvalid', issues.map(toIssue));
  return output;
}

function toIssue(issue: v.BaseIssue<unknown>): Issue {
  return { path: v.getDotPath(issue) ?? '', expected: issue.message };
}

async function readBytes({ body }: Request): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBodyBytes) {
      throw new Refused('ContentTooLarge', [{ path: '', expected: `at most ${maxBodyBytes} bytes` }]);
    }
    chunks.push(chunk);
  }
  return new Blob(chunks).bytes();
}
