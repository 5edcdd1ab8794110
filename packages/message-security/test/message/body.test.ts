/** readBody itself; open-body.test.ts has its limits as openRequest and openResponse apply them. */
import { expect, test } from 'vitest';
import { readBody } from '../../src/message/body.ts';
import { concat, noise } from '../bytes.ts';

const inPieces = (pieces: Uint8Array[]) =>
  new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    }),
  );

test('readBody returns every byte of a body in pieces, also beyond its first buffer', async () => {
  for (const lengths of [[4096, 1], [4095, 2, 8192], [1, 4096, 4096, 4096], [5000], Array(3000).fill(7), []]) {
    const pieces = lengths.map((length, at) => noise(length, at));
    expect(Buffer.from(await readBody(inPieces(pieces))).equals(concat(...pieces))).toBe(true);
  }
});

test('readBody removes its listener from the signal when the body is read or refused', async () => {
  for (const limit of [10, 9]) {
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener, signal.removeEventListener].map((method) => method.bind(signal));
    const watched = Object.assign(signal, {
      addEventListener: (...args: Parameters<typeof signal.addEventListener>) => {
        listeners++;
        add?.(...args);
      },
      removeEventListener: (...args: Parameters<typeof signal.removeEventListener>) => {
        if (args[0] === 'abort') listeners--;
        remove?.(...args);
      },
    });
    const reading = readBody(inPieces([noise(10)]), limit, watched).catch(({ name }) => name);
    expect(listeners).toBe(1);
    expect(await reading).toEqual(limit === 10 ? noise(10) : 'BodyTooLarge');
    expect(listeners).toBe(0);
  }
});
