/** A message as it was on the wire, made readable: visible control characters, headers part by part. */
import { contentToBeSigned, parseHeader, parseTime } from '@alipayhk-pass/message-security';

/** A request or a reply as it was sent. */
export interface WireMessage {
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer>;
}

/** One part of a header: its name, its value, and a note. */
export interface HeaderPart {
  name: string;
  value: string;
  /** Length of a decoded value in bytes, or how many seconds a time is from now, or what is wrong with the header. */
  note?: { bytes: number } | { seconds: number } | { problem: string };
}

/** Headers and bytes of a request or a response; it is used up. */
export async function readWire(message: Request | Response): Promise<WireMessage> {
  return { headers: [...message.headers], body: new Uint8Array(await message.arrayBuffer()) };
}

/** The first header of this name, in whatever case. */
export function headerOf({ headers }: WireMessage, name: string): string | undefined {
  return headers.find(([each]) => each.toLowerCase() === name.toLowerCase())?.[1];
}

/** Bytes as text to look at. */
export const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);

/** What was signed, as text: the target of the request, the Client-Id, the time, the body. */
export function signedText(
  message: WireMessage,
  target: { method: string; httpUri: string },
  clientId: string,
): string {
  const time = headerOf(message, 'Request-Time') ?? headerOf(message, 'Response-Time') ?? '';
  const id = headerOf(message, 'Client-Id') || clientId;
  return textOf(contentToBeSigned({ ...target, clientId: id, time, body: message.body }));
}

// By name and not as ␊: hardly any font has that picture.
const controlNames =
  'NUL SOH STX ETX EOT ENQ ACK BEL BS TAB LF VT FF CR SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'.split(
    ' ',
  );

/** Text in pieces: readable text as it is, and each control character on its own, by its name. */
export function visible(text: string): { text: string; control: boolean; breaks: boolean }[] {
  return text.split(/(\p{Cc}|\ufeff)/u).map((piece, index) => {
    if (index % 2 === 0) return { text: piece, control: false, breaks: false };
    const code = piece.charCodeAt(0);
    const name = controlNames[code] ?? (code === 0xfeff ? 'BOM' : code === 0x7f ? 'DEL' : `U+${code.toString(16)}`);
    return { text: name, control: true, breaks: piece === '\n' };
  });
}

/** The protocol's headers, part by part; a header of another name is one part. */
export function headerParts(name: string, value: string, now: number): HeaderPart[] {
  const known = { signature: 'Signature', encrypt: 'Encrypt' } as const;
  const securityHeader = known[name.toLowerCase() as keyof typeof known];
  if (securityHeader !== undefined) return securityParts(securityHeader, value);
  const time = /^re(quest|sponse)-time$/i.test(name) ? parseTime(value) : undefined;
  return [{ name: '', value, ...(time !== undefined && { note: { seconds: Math.trunc((time - now) / 1000) } }) }];
}

function securityParts(header: 'Signature' | 'Encrypt', value: string): HeaderPart[] {
  const parts: HeaderPart[] = value.split(',').map((pair) => {
    const equals = pair.indexOf('=');
    return { name: pair.slice(0, equals).trim(), value: pair.slice(equals + 1).trim() };
  });
  const last = parts.find(({ name }) => name === 'signature' || name === 'symmetricKey') ?? parts[0];
  if (last === undefined) return parts;
  try {
    last.note = { bytes: parseHeader(header, value).value.length };
  } catch (error) {
    last.note = { problem: (error as Error).message };
  }
  return parts;
}
