import fc from 'fast-check';
import { expect, test } from 'vitest';
import { linesOf } from '../src/ndjson.ts';

/** The lines of a text that arrives in pieces. */
async function read(pieces: readonly Uint8Array[], maxBytes: number): Promise<(string | undefined)[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  const lines: (string | undefined)[] = [];
  for await (const { number, bytes } of linesOf(stream, maxBytes)) {
    expect(number).toBe(lines.length + 1);
    lines.push(bytes && new TextDecoder().decode(bytes));
  }
  return lines;
}

test('however it is cut, the same lines', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }).filter((text) => !text.includes('\n'))),
    fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
    async (lines, cuts) => {
      const bytes = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
      const pieces: Uint8Array[] = [];
      for (let at = 0, n = 0; at < bytes.length; n += 1) {
        const next = at + (cuts[n % cuts.length] ?? 1);
        pieces.push(bytes.slice(at, next));
        at = next;
      }
      expect(await read(pieces, 1_000)).toEqual(lines);
    },
  );
  await fc.assert(property, { numRuns: 50 });
});

test('a last line needs no line feed; one that is too long is none, and the next is read', async () => {
  const pieces = ['12345', '6', '\n12345\n', '', '1234567\n\n8'].map((text) => new TextEncoder().encode(text));
  expect(await read(pieces, 5)).toEqual([undefined, '12345', undefined, '', '8']);
});
