/** From whatever a message was captured with to the message: the form is recognised by its beginning. */
import { UsageError } from '../exit.ts';
import { isCurl, readCurl } from './curl.ts';
import { isHttp, readHttp } from './http.ts';
import { readJsonCapture } from './json.ts';
import type { Capture } from './message.ts';
import { isTrace, readTrace } from './trace.ts';

/**
 * Reads a capture.
 *
 * @param bytes - as the file has them; bodies keep every byte
 * @param entry - which of several entries of a HAR file or a ledger, from 1; the last unless given
 * @throws UsageError for a form that is not known
 */
export function readCapture(bytes: Uint8Array, entry?: number): Capture {
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  const start = text.trimStart();
  if (start.startsWith('{') || start.startsWith('['))
    return readJsonCapture(Buffer.from(start, 'latin1').toString(), entry);
  const capture = readText(text);
  if (capture?.request === undefined && capture?.reply === undefined) {
    throw new UsageError(
      'not a captured message; expected raw HTTP, the output of curl -v or --trace, a HAR entry, a line of the ledger, or what seal --json prints',
    );
  }
  return capture;
}

function readText(text: string): Capture | undefined {
  if (isHttp(text)) return readHttp(text);
  if (isTrace(text)) return readTrace(text);
  return isCurl(text) ? readCurl(text) : undefined;
}
