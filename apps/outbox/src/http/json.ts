/** JSON as callers write it -> a value that says the same, or every place where it would not. */
import { printable } from '@alipayhk-pass/message-security';
import { mostIssues, Refused } from './errors.ts';

/** A number that a double cannot hold, until its path is known. */
class Inexact {}

/**
 * Reads JSON in UTF-8; a byte-order mark before it is ignored.
 *
 * @throws Refused, JsonInvalid
 * @throws Refused, RequestInvalid with the paths of the first 20 numbers that would change on their way
 */
export function readJson(bytes: ArrayBuffer | Uint8Array): unknown {
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
    value = (JSON.parse as ParseWithSource)(text, (_, part, context) =>
      typeof part === 'number' && !isExact(part, context?.source ?? '') ? new Inexact() : part,
    );
  } catch {
    throw new Refused('JsonInvalid', [{ path: '', message: 'is not JSON in UTF-8' }]);
  }
  const paths = inexactPaths(value);
  if (paths.length === 0) return value;
  const message = 'must be a number that a double holds exactly, or text';
  // Thousands of long paths in one message would take more memory than a Worker has.
  const named = paths.slice(0, mostIssues).map((path) => ({ path: printable(path, 256), message }));
  throw new Refused('RequestInvalid', named, paths.length - named.length);
}

/** @see https://tc39.es/proposal-json-parse-with-source/ */
type ParseWithSource = (
  text: string,
  reviver: (name: string, part: unknown, context?: { source?: string }) => unknown,
) => unknown;

/** Whether a number is written with the value that it is read as. `0.1` is: it is what 0.1 is written as. */
function isExact(value: number, source: string): boolean {
  if (!Number.isFinite(value)) return false;
  if (Number.isSafeInteger(value) && /^-?\d+$/.test(source)) return true;
  return decimal(source) === decimal(`${value}`);
}

/** A number's digits and exponent, without zeros at either end. */
function decimal(text: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  let end = digits.length; // a regular expression for the zeros at the end would take quadratic time
  while (digits[end - 1] === '0') end--;
  const significant = digits.slice(0, end);
  if (significant === '') return '0';
  return `${sign}${significant}e${BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)}`;
}

function inexactPaths(value: unknown, path = '', depth = 0): string[] {
  if (value instanceof Inexact) return [path];
  if (typeof value !== 'object' || value === null || depth > 64) return []; // the contract refuses what is deeper
  return Object.entries(value).flatMap(([name, child]) =>
    inexactPaths(child, path === '' ? name : `${path}.${name}`, depth + 1),
  );
}

/**
 * Checks how a body is sent: a media type, in UTF-8 by any of its labels, not compressed.
 *
 * @throws Refused, MediaTypeNotSupported
 */
export function checkMediaType(headers: Headers, types: readonly string[]): void {
  const [type = '', ...parameters] = (headers.get('Content-Type') ?? '').split(';').map((part) => part.trim());
  const charset = parameters.map((each) => /^charset="?([^"]*)"?$/i.exec(each)?.[1]).find((each) => each !== undefined);
  if (!types.includes(type.toLowerCase()) || (charset !== undefined && !isUtf8(charset))) {
    throw new Refused('MediaTypeNotSupported', [{ path: 'Content-Type', message: `must be ${types[0]} in UTF-8` }]);
  }
  const encoding = headers.get('Content-Encoding') ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return;
  throw new Refused('MediaTypeNotSupported', [
    { path: 'Content-Encoding', message: 'must be absent; the body must not be compressed' },
  ]);
}

function isUtf8(label: string): boolean {
  try {
    return new TextDecoder(label).encoding === 'utf-8';
  } catch {
    return false;
  }
}

/** @throws Refused, ContentTooLarge */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new Refused('ContentTooLarge', [{ path: '', message: `is longer than ${maxBytes} bytes` }]);
  const announced = Number(request.headers.get('Content-Length') ?? Number.NaN);
  if (announced > maxBytes) throw tooLarge();
  // The runtime reads no more than Content-Length, and reading it at once takes a third of the time.
  if (announced >= 0) {
    const body = new Uint8Array(await request.arrayBuffer());
    if (body.length > maxBytes) throw tooLarge();
    return body;
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of request.body ?? []) {
    length += part.length;
    if (length > maxBytes) throw tooLarge();
    parts.push(part);
  }
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const body = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
