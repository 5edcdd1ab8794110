/** Lines of a stream of bytes: one at a time, none longer than it may be, however long the stream is. */

/** A line without its line feed, or none if it was too long; numbers begin at 1. */
export interface Line {
  number: number;
  bytes: Uint8Array | undefined;
}

/** @param maxBytes - longest line; of a longer one no more than that is held */
export async function* linesOf(body: ReadableStream<Uint8Array>, maxBytes: number): AsyncGenerator<Line> {
  let parts: Uint8Array[] = [];
  let length = 0;
  let number = 1;
  const add = (part: Uint8Array): void => {
    length += part.length;
    if (length > maxBytes) parts = [];
    else parts.push(part);
  };
  const end = (): Line => {
    const line = { number, bytes: length > maxBytes ? undefined : join(parts, length) };
    parts = [];
    length = 0;
    number += 1;
    return line;
  };
  for await (const chunk of body) {
    let from = 0;
    for (let lineFeed = chunk.indexOf(10); lineFeed !== -1; lineFeed = chunk.indexOf(10, from)) {
      add(chunk.subarray(from, lineFeed));
      yield end();
      from = lineFeed + 1;
    }
    if (from < chunk.length) add(chunk.slice(from)); // a copy: the rest of the chunk need not be held for it
  }
  if (length > 0) yield end();
}

function join(parts: Uint8Array[], length: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
