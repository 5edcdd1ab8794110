/** The input of the admin API, checked: bodies, queries, and the forms that several routes share. */
import type { Context, MiddlewareHandler } from 'hono';
import * as v from 'valibot';
import { maxPassId } from '../tables/ledger.ts';
import { notJson } from './access.ts';
import { type Issue, Refused } from './errors.ts';

/** Longest body in bytes. */
const maxBodyBytes = 64 * 1024;

const text = (longest: number) =>
  v.pipe(
    v.string('must be text'),
    v.nonEmpty('is empty'),
    v.maxLength(longest, `is longer than ${longest} characters`),
  );

export const vText = text(256);
export const vLongText = text(16 * 1024);
export const vMerchantId = text(64);
/** Fit for a path: URLs drop a dot and two dots, however they are encoded. */
export const vPassId = v.pipe(text(maxPassId), v.regex(/^(?!\.\.?$)/, 'must not be . or ..'));
export const vClientId = v.pipe(
  text(64),
  v.regex(/^[\w-]+$/, 'has characters other than letters, digits, dash and underscore'),
);

/** Digits of a query, as a number. */
export const vId = v.pipe(v.string(), v.regex(/^\d{1,15}$/, 'must be a whole number'), v.transform(Number));

const limitRange = 'must be from 1 to 100';
/** How many at most; 50 unless given. */
export const vLimit = v.optional(v.pipe(vId, v.minValue(1, limitRange), v.maxValue(100, limitRange)), '50');

/** An object with these fields and no others. */
export function strict<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.strictObject(entries, ({ expected }) => {
    if (expected === 'Object') return 'must be a JSON object';
    return expected === 'never' ? 'is not a known field' : 'is missing';
  });
}

type Checked<Target extends 'json' | 'query', Schema extends v.GenericSchema> = MiddlewareHandler<
  object,
  string,
  { in: Record<Target, v.InferInput<Schema>>; out: Record<Target, v.InferOutput<Schema>> }
>;

/** Checks the body: `c.req.valid('json')` is the outcome. Refuses with 400, 413, 415 or 422. */
export function body<const Schema extends v.GenericSchema>(schema: Schema): Checked<'json', Schema> {
  return async (c, next) => {
    c.req.addValidatedData('json', checked(schema, await readJson(c)) as object);
    await next();
  };
}

/** Checks the query: `c.req.valid('query')` is the outcome. Refuses with 422. */
export function query<const Schema extends v.GenericSchema>(schema: Schema): Checked<'query', Schema> {
  return async (c, next) => {
    c.req.addValidatedData('query', checked(schema, c.req.query()) as object);
    await next();
  };
}

/** @throws Refused with RequestInvalid */
export function checked<T>(schema: v.GenericSchema<unknown, T>, value: unknown, path?: string): T {
  // valibot takes a list for an object.
  if (Array.isArray(value)) throw new Refused('RequestInvalid', [{ path: '', message: 'must be a JSON object' }]);
  const { success, output, issues } = v.safeParse(schema, value);
  if (!success)
    throw new Refused(
      'RequestInvalid',
      issues.map((issue) => toIssue(issue, path)),
    );
  return output;
}

function toIssue(issue: v.BaseIssue<unknown>, path = ''): Issue {
  return { path: v.getDotPath(issue) ?? path, message: issue.message };
}

async function readJson({ req }: Context): Promise<unknown> {
  if (req.header('Content-Type') === undefined) throw notJson();
  const bytes = await readBytes(req.raw);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    throw new Refused('JsonInvalid', [{ path: '', message: 'is not JSON in UTF-8' }]);
  }
}

async function readBytes({ body }: Request): Promise<ArrayBuffer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > maxBodyBytes) {
      throw new Refused('ContentTooLarge', [{ path: '', message: `is longer than ${maxBodyBytes} bytes` }]);
    }
    chunks.push(chunk);
  }
  return new Blob(chunks).arrayBuffer();
}
