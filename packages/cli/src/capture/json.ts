/** Captures in JSON: a HAR file or an entry of it, an entry of the sandbox's ledger, or what `seal --json` prints. */
import { UsageError } from '../exit.ts';
import { pathOf } from './http.ts';
import type { Capture, Pairs } from './message.ts';

type Json = Record<string, unknown>;

/**
 * Reads a capture in JSON.
 *
 * @param entry - which of several, from 1; the last one unless given
 * @throws UsageError for JSON that is none of them
 */
export function readJsonCapture(text: string, entry?: number): Capture {
  const { value, notes } = entryOf(parse(text), entry);
  const capture = captureOf(value);
  return { ...capture, notes: [...notes, ...capture.notes] };
}

function captureOf(value: Json): Capture {
  if (isObject(value.request)) return fromHar(value);
  if (typeof value.httpUri === 'string' && Array.isArray(value.headers)) return fromLedger(value);
  if (isObject(value.headers) && (typeof value.url === 'string' || typeof value.status === 'number'))
    return fromSeal(value);
  throw new UsageError(
    'the capture is JSON, but neither a HAR entry, nor a line of the ledger, nor what seal --json prints',
  );
}

/** One value, or NDJSON, as a log has it. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.split('\n').filter((line) => line.trim() !== '');
    try {
      return { entries: lines.map((line) => JSON.parse(line)) };
    } catch {
      throw new UsageError('the capture begins like JSON, but is not JSON');
    }
  }
}

/** The entry, and which one of how many it is. */
function entryOf(value: unknown, entry: number | undefined): { value: Json; notes: string[] } {
  const { log, next, entries = isObject(log) ? log.entries : undefined } = (value ?? {}) as Json;
  const list = Array.isArray(value) ? value : Array.isArray(entries) ? entries : [value];
  const found = entry === undefined ? list.at(-1) : list[entry - 1];
  if (!isObject(found))
    throw new UsageError(`the capture has ${list.length} entries; expected one with number ${entry ?? 1}`);
  const notes: string[] = [];
  if (next !== undefined) {
    notes.push(
      'the ledger goes on after this list, which has its oldest entries: the message that you look for may not be among them; ask for it alone, as /sandbox/ledger/TRACERID',
    );
  }
  if (list.length > 1 || next !== undefined) {
    const tracer = typeof found.tracerId === 'string' ? `, Tracer-Id ${found.tracerId}` : '';
    notes.push(`this is entry ${entry ?? list.length} of ${list.length}${tracer}`);
  }
  return { value: found, notes };
}

function fromHar({ request, response }: Json): Capture {
  const { method = 'POST', url = '', headers, postData } = request as Json;
  const sent = isObject(postData) && typeof postData.text === 'string' ? Buffer.from(postData.text) : undefined;
  const capture: Capture = { form: 'a HAR entry', notes: [] };
  capture.request = {
    kind: 'request',
    method: String(method),
    httpUri: pathOf(String(url)),
    headers: pairs(headers),
    body: sent,
  };
  if (isObject(response) && Number(response.status) > 0) {
    const { text, encoding } = isObject(response.content) ? response.content : {};
    const body = typeof text === 'string' ? Buffer.from(text, encoding === 'base64' ? 'base64' : 'utf8') : undefined;
    capture.reply = { kind: 'reply', status: Number(response.status), headers: pairs(response.headers), body };
  }
  return capture;
}

function fromLedger({ method, httpUri, headers, body, bodyBase64, bodyBytes, receivedAt, reply }: Json): Capture {
  const capture: Capture = { form: "an entry of the sandbox's ledger", notes: [] };
  if (typeof receivedAt === 'number') capture.receivedAt = receivedAt;
  const sent = bodyOf({ body, bodyBase64 });
  if (typeof bodyBytes === 'number' && sent && sent.length < bodyBytes) {
    capture.notes.push(`the ledger keeps ${sent.length} of the body's ${bodyBytes} bytes`);
  }
  capture.request = {
    kind: 'request',
    method: String(method),
    httpUri: String(httpUri),
    headers: pairs(headers),
    body: sent,
  };
  if (isObject(reply)) {
    capture.reply = { kind: 'reply', status: Number(reply.status), headers: pairs(reply.headers), body: bodyOf(reply) };
  }
  return capture;
}

function fromSeal(value: Json): Capture {
  const { method = 'POST', url, status } = value;
  const notes: string[] = [];
  const message = { headers: pairs(value.headers), body: bodyOf(value) };
  return typeof url === 'string'
    ? {
        form: 'what seal --json prints',
        notes,
        request: { kind: 'request', method: String(method), httpUri: pathOf(url), ...message },
      }
    : { form: 'what seal --json prints', notes, reply: { kind: 'reply', status: Number(status), ...message } };
}

function bodyOf({ body, bodyBase64 }: Json): Uint8Array | undefined {
  if (typeof bodyBase64 === 'string') return Buffer.from(bodyBase64, 'base64');
  return typeof body === 'string' ? Buffer.from(body) : undefined;
}

/** Of an object, a list of pairs, or a list of `{name, value}`. */
function pairs(headers: unknown): Pairs {
  if (!Array.isArray(headers)) {
    return isObject(headers) ? Object.entries(headers).map(([name, value]) => [name, String(value)]) : [];
  }
  return headers.flatMap((each): Pairs => {
    if (Array.isArray(each)) return [[String(each[0]), String(each[1])]];
    return isObject(each) ? [[String(each.name), String(each.value)]] : [];
  });
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
