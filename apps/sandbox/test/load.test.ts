// Many requests at once, over HTTP: each is answered, and none is lost.
import { expect, inject, test } from 'vitest';
import { ask, clientOf, freshPass, stored, updateOf } from './running.ts';

const sandbox = inject('sandbox');

test.each([1, 20])('200 updates in flight, to %i passes', { timeout: 120_000 }, async (howMany) => {
  const passes = await Promise.all(Array.from({ length: howMany }, () => freshPass(sandbox)));
  const clients = [await clientOf(sandbox, true, 100_000), await clientOf(sandbox, false, 100_000)];
  const updates = Array.from({ length: 200 }, (_, at) => {
    const pass = passes[at % howMany];
    const client = clients[at % 2];
    if (pass === undefined || client === undefined) throw new Error('expected a pass and a client');
    return client.updatePass(updateOf(pass, { points: at }));
  });

  const results = await Promise.all(updates);

  expect(new Set(results.map(({ tracerId }) => tracerId)).size).toBe(200);
  for (const pass of passes) {
    expect((await stored(sandbox, pass)).revision).toBe(200 / howMany);
    // Each revision once, in the order in which they were applied: nothing was lost or applied twice.
    const revisions: number[] = [];
    for (let after = 0, more = true; more; ) {
      const route = `/ledger?passId=${pass.passId}&after=${after}&limit=100`;
      const { entries, next } = (await ask(sandbox, 'GET', route)).body as {
        entries: { revision: number; applied: boolean }[];
        next?: number;
      };
      revisions.push(...entries.filter(({ applied }) => applied).map(({ revision }) => revision));
      more = next !== undefined;
      after = next ?? 0;
    }
    expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 / howMany }, (_, at) => at + 1));
  }
});
