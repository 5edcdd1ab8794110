/** Where the content that was signed first differs from the content that was received. */
import { contentToBeSigned, type SignedParts } from '@alipayhk-pass/message-security';

/** The first byte that differs. */
export interface Difference {
  /** From 0, in the content to be signed. */
  offset: number;
  /** The part in which it is, and from 0 the byte of that part. */
  part: string;
  partOffset: number;
  /** The byte in hex, `none` at the end. */
  received: string;
  signed: string;
  /** Some characters around it. */
  receivedText: string;
  signedText: string;
}

/** The first difference; `undefined` if there is none. */
export function firstDifference(parts: SignedParts, signed: Uint8Array): Difference | undefined {
  const received = contentToBeSigned(parts);
  let offset = 0;
  while (offset < received.length && received[offset] === signed[offset]) offset++;
  if (offset === received.length && offset === signed.length) return undefined;
  const { part, start } = partAt(parts, offset);
  const byte = (bytes: Uint8Array): string => bytes[offset]?.toString(16).padStart(2, '0') ?? 'none';
  const around = (bytes: Uint8Array): string => {
    const from = Math.max(0, offset - 16);
    return Buffer.from(bytes.subarray(from, offset + 16)).toString();
  };
  return {
    offset,
    part,
    partOffset: offset - start,
    received: byte(received),
    signed: byte(signed),
    receivedText: around(received),
    signedText: around(signed),
  };
}

function partAt({ method, httpUri, clientId, time }: SignedParts, offset: number): { part: string; start: number } {
  let start = 0;
  for (const [part, text] of Object.entries({ method, 'path and query': httpUri, 'Client-Id': clientId, time })) {
    const end = start + Buffer.byteLength(text) + 1; // with what joins it to the next
    if (offset < end) return { part, start };
    start = end;
  }
  return { part: 'body', start };
}
