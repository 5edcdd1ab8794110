/** HTTP/1.1 as it is on the wire, from what a proxy, a log or `seal` wrote down: a request, a reply, or one after the other. */
import type { Capture, Pairs, ReplyMessage, RequestMessage } from './message.ts';

const requestLine = /^([A-Za-z]+) (\S+) HTTP\/\d(?:\.\d)?$/;
const statusLine = /^HTTP\/\d(?:\.\d)? (\d{3})\b/;

/** Whether a text, bytes as Latin-1, begins like HTTP. */
export function isHttp(text: string): boolean {
  const [first = ''] = text.trimStart().split(/\r?\n/, 1);
  return requestLine.test(first) || statusLine.test(first);
}

/** Reads raw HTTP; line ends may be LF alone, as editors leave them. */
export function readHttp(text: string): Capture {
  const capture: Capture = { form: 'raw HTTP', notes: [] };
  const noChunks = new Set<number>();
  let rest = text.replace(/^\s+/, '');
  while (rest !== '') {
    const { lines, body, after } = splitMessage(rest, capture.notes, noChunks);
    const message = toMessage(lines, body);
    if (message === undefined) break;
    if (message.kind === 'request') capture.request = message;
    else if (message.status >= 200) capture.reply = message; // not 100 Continue
    rest = after.replace(/^\s+/, '');
  }
  return capture;
}

/** A request or reply of the lines of its head; `undefined` if the first one is neither. */
export function toMessage(lines: string[], body: Uint8Array | undefined): RequestMessage | ReplyMessage | undefined {
  const [first = '', ...rest] = lines;
  const headers: Pairs = rest.flatMap((line): Pairs => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim(), line.slice(colon + 1).trim()]] : [];
  });
  const [, method, target = ''] = requestLine.exec(first) ?? [];
  if (method !== undefined) return { kind: 'request', method, httpUri: pathOf(target), headers, body };
  const [, status] = statusLine.exec(first) ?? [];
  return status === undefined ? undefined : { kind: 'reply', status: Number(status), headers, body };
}

/** Path and query of a request target, which proxies see with the host. */
export function pathOf(target: string): string {
  return target.replace(/^https?:\/\/[^/]*/i, '') || '/';
}

/** @param noChunks - as {@link readChunks} takes it */
function splitMessage(
  text: string,
  notes: string[],
  noChunks: Set<number>,
): { lines: string[]; body: Uint8Array; after: string } {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const lines = head.split(/\r?\n/);
  const rest = end === null ? '' : text.slice(end.index + end[0].length);
  const header = (name: string) =>
    lines
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim();
  if (header('transfer-encoding')?.toLowerCase() === 'chunked') {
    const chunked = readChunks(rest, noChunks);
    if (chunked !== undefined) return { lines, body: latin1(chunked.body), after: chunked.after };
  }
  const announced = header('content-length');
  if (announced === undefined || !/^\d+$/.test(announced)) {
    const next = rest.search(/\r?\nHTTP\/\d(\.\d)? \d{3}/);
    return next < 0
      ? { lines, body: latin1(rest), after: '' }
      : { lines, body: latin1(rest.slice(0, next)), after: rest.slice(next) };
  }
  const length = Number(announced);
  const after = rest.slice(length);
  if (rest.length < length) notes.push(`Content-Length says ${length} bytes, but the body has ${rest.length}`);
  // An editor ends a file with a line feed; a message that goes on otherwise was changed after it was sent.
  if (/\S/.test(after) && !isHttp(after)) {
    notes.push(`Content-Length says ${length} bytes, but the body has ${rest.length}`);
    return { lines, body: latin1(rest), after: '' };
  }
  return { lines, body: latin1(rest.slice(0, length)), after };
}

/**
 * The body of a chunked message (RFC 9112 §7.1); `undefined` if it was written down without its chunks.
 *
 * @param noChunks - how many characters before the end no chunks go on; added to, so that no part of a capture of many such
 * messages is read once for each of them
 */
function readChunks(text: string, noChunks: Set<number>): { body: string; after: string } | undefined {
  const tried: number[] = [];
  let body = '';
  for (let at = 0; ; ) {
    tried.push(text.length - at);
    const [line, size] = /^([0-9a-f]+)(?:;[^\r\n]*)?\r?\n/i.exec(text.slice(at, at + 200)) ?? [];
    if (line === undefined || size === undefined || noChunks.has(text.length - at)) {
      for (const each of tried) noChunks.add(each);
      return undefined;
    }
    const length = Number.parseInt(size, 16);
    const start = at + line.length;
    body += text.slice(start, start + length);
    if (length === 0) return { body, after: text.slice(start) };
    at = start + length;
    at += /^\r?\n/.exec(text.slice(at, at + 2))?.[0].length ?? 0;
  }
}

const latin1 = (text: string): Uint8Array => Buffer.from(text, 'latin1');
