/** The short form of the simulation: some seeds, and one of them twice. `simulate` runs it at length. */
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { run } from '../../simulation/run.ts';

const ignore = (): void => undefined;
beforeAll(() => {
  vi.spyOn(console, 'error').mockReturnValue(undefined);
  process.on('unhandledRejection', ignore); // what an object leaves behind when it ends
});
afterAll(() => {
  vi.restoreAllMocks();
  process.off('unhandledRejection', ignore);
});

const size = { days: 1, updates: 4_000, passes: 150, members: 8 };
const seed = Number(process.env.SIMULATION_SEED ?? Date.now() % 2 ** 31);

test.each([seed, seed + 1, seed + 2])('nothing breaks a rule under seed %i', { timeout: 120_000 }, async (each) => {
  const { problems, accepted } = await run({ ...size, seed: each });
  expect(problems).toEqual([]);
  expect(accepted).toBeGreaterThan(2_000);
});

test('a run of the same seed is the same, to the byte', { timeout: 120_000 }, async () => {
  const records: string[][] = [];
  for (let time = 0; time < 2; time += 1) {
    const lines: string[] = [];
    await run({ ...size, updates: 1_000, seed: 7, onNote: (line) => void lines.push(line) });
    records.push(lines);
  }
  expect(records[0]).toEqual(records[1]);
  expect(records[0]?.length).toBeGreaterThan(5_000);
});
