// Many concurrent requests over HTTP: each gets its reply, and none is lost.
import { expect, inject, test } from 'vitest';
import { admin, clientOf, freshPass, stored, updateOf } from './running.ts';

const sandbox = inject('sandbox');

test.each([1, 20])(
  '200 concurrent updates of %i passes are all applied once',
  { timeout: 120_000 },
  async (howMany) => {
    const passes = await Promise.all(Array.from({ length: howMany }, () => freshPass(sandbox)));
    const clients = [await clientOf(sandbox, true, 100_000), await clientOf(sandbox, false, 100_000)];
    const updates = Array.from({ length: 200 }, (_, at) => {
      const pass = passes[at % howMany];
      const client = clients[at % 2];
      if (pass === undefined || client === undefined) throw new Error('no pass or no client');
      return client.updatePass(updateOf(pass, { points: at }));
    });

    const results = await Promise.all(updates);

    expect(new Set(results.map(({ tracerId }) => tracerId)).size).toBe(200);
    for (const pass of passes) {
      expect((await stored(sandbox, pass)).revision).toBe(200 / howMany);
      // Each revision once: no update was lost or applied twice.
      const entries = await admin(sandbox).allEntries({ passId: pass.passId });
      const revisions = entries.filter(({ applied }) => applied).map(({ revision }) => Number(revision));
      expect(revisions.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 / howMany }, (_, at) => at + 1));
    }
  },
);
