/** The target of a request: the path that was signed, the method and the media type. */
import { Refused } from './refusals.ts';

/**
 * The path and query that were signed: those that arrived, with the prefix added if a proxy has removed it. An
 * operation's path may itself begin like the prefix (`/api`), so `isOperation` decides whether the prefix is still
 * there.
 *
 * @param arrived - path and query of the request
 * @param signedPrefix - such as `/api`; empty for none
 * @param isOperation - whether an operation has this path, which is without the prefix
 */
export function signedUri(arrived: string, signedPrefix: string, isOperation: (path: string) => boolean): string {
  const isWhole = arrived.startsWith(signedPrefix) && isOperation(arrived.slice(signedPrefix.length));
  return isWhole ? arrived : signedPrefix + arrived;
}

/** The labels of UTF-8 (Encoding standard §4.2), and the empty one of a missing charset. */
const utf8Labels = new Set([
  '',
  'utf-8',
  'utf8',
  'unicode-1-1-utf-8',
  'unicode11utf8',
  'unicode20utf8',
  'x-unicode20utf8',
]);

/**
 * Refuses a request that is not a POST of `application/json` or `text/plain` in UTF-8.
 *
 * @throws Refused with METHOD_NOT_SUPPORTED or MEDIA_TYPE_NOT_ACCEPTABLE
 * @see {@link https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md#a6 A6}
 */
export function expectPostInUtf8({ method, headers }: Request): void {
  if (method !== 'POST') throw new Refused('METHOD_NOT_SUPPORTED', 'the method is not POST');
  const [type = '', ...parameters] = (headers.get('Content-Type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  const label = charset?.slice('charset='.length).replaceAll('"', '').trim() ?? '';
  // A6: the Encrypt header says that a body is encrypted, not its media type.
  if (!['application/json', 'text/plain'].includes(type.trim()) || !utf8Labels.has(label)) {
    throw new Refused(
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'Content-Type header is not accepted; expected application/json or text/plain in UTF-8',
    );
  }
}
