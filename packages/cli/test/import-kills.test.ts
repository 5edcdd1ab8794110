// An import that is killed, before the ledger of the real sandbox. apps/soak has the same through the outbox.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lines, ndjson } from './import-lines.ts';
import { folderWithKeys, keys } from './keys.ts';
import { startLedger } from './ledger.ts';
import { node, run, runtimes, start } from './runtimes.ts';

const owner = { userId: 'U1', merchantId: '2160400000000001' };

/** Numbers from 0 to 1 that can be had again: a linear congruential generator, which is enough for the moment of a kill. */
function randomOf(seed: string): () => number {
  let state = Number(seed) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

it.each(runtimes)(
  'import on $name keeps the order of each pass after it is killed at random, and skips nothing',
  async (runtime) => {
    const count = Number(process.env.IMPORT_LINES ?? (runtime === node ? 1500 : 240));
    const kills = Number(process.env.IMPORT_KILLS ?? (runtime === node ? 5 : 2));
    const seed = process.env.IMPORT_SEED ?? String(Date.now() % 1_000_000);
    const random = randomOf(seed);
    const passes = Math.ceil(count / 6);
    const owned = Array.from({ length: passes }, (_, index) => ({ ...owner, passId: String(index) }));
    const ledger = await startLedger(keys, owned, 2 * count + 1000);
    const cwd = folderWithKeys({ gatewayUrl: ledger.url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(count, passes)));
    const args = ['import', 'in.ndjson', '--rate', '0', '--backoff', '5'];
    for (let kill = 1; kill <= kills; kill++) {
      // Somewhere in the next part of the file, so that each of them meets a run under way.
      const at = Math.floor(((kill - 1 + random()) / (kills + 1)) * count) + 1;
      const running = start(args, { cwd, runtime });
      while (ledger.replied() < at) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (running.child.exitCode !== null) throw new Error(`it ended by itself: ${(await running.ended).stderr}`);
      }
      running.kill('SIGKILL');
      expect((await running.ended).code).not.toBe(0);
    }
    const last = await run(args, { cwd, runtime });
    expect(last.code, last.stderr).toBe(0);
    const applied = await ledger.applied();
    const byPass = Map.groupBy(applied, ({ passId }) => passId);
    const shown = await ledger.points();
    expect(byPass.size).toBe(passes);
    for (const [passId, entries] of byPass) {
      const states = entries.map(({ update }) => Number(update?.dataInfo?.points));
      const said = `pass ${passId}, seed ${seed}`;
      expect(states, `${said}: an older state after a newer one`).toEqual(states.toSorted((a, b) => a - b));
      const expected = Array.from(
        { length: Math.ceil((count - Number(passId)) / passes) },
        (_, turn) => Number(passId) + turn * passes,
      );
      expect([...new Set(states)], said).toEqual(expected);
      expect(shown.get(passId ?? ''), said).toBe(expected.at(-1));
    }
    expect(applied.length).toBeLessThan(count + kills * 16); // what was done is not sent again
    const again = await run([...args, '--json'], { cwd, runtime });
    expect(JSON.parse(again.stdout)).toMatchObject({ done: 0, doneBefore: count, requests: 0 });
  },
  1_200_000,
);
