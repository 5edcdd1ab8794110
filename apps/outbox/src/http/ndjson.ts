/** Lines of NDJSON. */

/** A line without its line feed; numbers begin at 1. */
export interface Line {
  number: number;
  bytes: Uint8Array;
}

/** The lines of a body, without those that are blank. A byte-order mark before the first one is ignored. */
export function* linesOf(body: Uint8Array): Generator<Line> {
  let from = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  for (let number = 1; from < body.length; number += 1) {
    const end = body.indexOf(10, from);
    const bytes = body.subarray(from, end === -1 ? body.length : end);
    if (!isBlank(bytes)) yield { number, bytes };
    if (end === -1) return;
    from = end + 1;
  }
}

/** How many lines a body has, blank ones included. */
export function countLines(body: Uint8Array): number {
  let count = 1;
  for (let at = body.indexOf(10); at !== -1; at = body.indexOf(10, at + 1)) count += 1;
  return count;
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
