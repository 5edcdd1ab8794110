/** What a request is for: the path that was signed, and a method and media type that an operation takes. */
import { Refused } from './refusals.ts';

/**
 * The path and query that were signed, of a request that arrived with or without the prefix. An operation's own path may
 * begin as the prefix does (`/api`), so what counts is which of the two is an operation's.
 */
export function signedUri(arrived: string, signedPrefix: string, isOperation: (path: string) => boolean): string {
  const isWhole = arrived.startsWith(signedPrefix) && isOperation(arrived.slice(signedPrefix.length));
  return isWhole ? arrived : signedPrefix + arrived;
}

/** The labels of UTF-8 (Encoding standard §4.2), and none. */
const utf8Labels = new Set([
  '',
  'utf-8',
  'utf8',
  'unicode-1-1-utf-8',
  'unicode11utf8',
  'unicode20utf8',
  'x-unicode20utf8',
]);

/** @throws Refused for another method or media type */
export function expectPostInUtf8({ method, headers }: Request): void {
  if (method !== 'POST') throw new Refused('METHOD_NOT_SUPPORTED', 'the method is not POST');
  const [type = '', ...parameters] = (headers.get('Content-Type') ?? '').toLowerCase().split(';');
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith('charset='));
  const label = charset?.slice('charset='.length).replaceAll('"', '').trim() ?? '';
  // A6: an encrypted body goes by its Encrypt header, not by its media type.
  if (!['application/json', 'text/plain'].includes(type.trim()) || !utf8Labels.has(label)) {
    throw new Refused(
      'MEDIA_TYPE_NOT_ACCEPTABLE',
      'Content-Type header is not accepted; expected application/json or text/plain in UTF-8',
    );
  }
}
