/**
 * A member against the simplest thing that can be right, a map from billNo to points: whatever the order, the repetition
 * and the restarts, the total is the sum over distinct bills, and the card gets it. FAST_CHECK_SEED repeats a run.
 */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Award } from '../src/member.ts';
import { recordingGateway } from './gateway.ts';

interface Model {
  bills: Map<string, number>;
  openingPoints: number;
  passId: string | undefined;
}

interface Real {
  userId: string;
}

const stubOf = ({ userId }: Real) => env.MEMBER.getByName(userId);
const totalOf = ({ bills, openingPoints }: Model) =>
  [...bills.values()].reduce((sum, each) => sum + each, openingPoints);

const command = (name: string, run: (model: Model, real: Real) => Promise<void>): fc.AsyncCommand<Model, Real> => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real);
    const view = await stubOf(real).read();
    expect(view?.points ?? 0).toBe(totalOf(model));
    expect(view?.bills ?? 0).toBe(model.bills.size);
  },
  toString: () => name,
});

const awardOf = (billNo: string, points: number): Award => ({
  billNo,
  currency: 'HKD',
  amount: points * 100,
  pointsProvider: 'ALIPAYHK',
  points,
});

const award = (number: number, points: number, times: number) =>
  command(`bill ${number} of ${points} points, ${times} times at once`, async ({ bills }, real) => {
    const billNo = `B${number}`;
    const before = bills.get(billNo);
    const results = await Promise.all(
      Array.from({ length: times }, () => stubOf(real).award(real.userId, awardOf(billNo, points))),
    );
    const repeated = before === undefined || before === points ? 'repeated' : 'conflicting';
    const expected = Array.from({ length: times }, () => repeated);
    expect(results.sort()).toEqual(before === undefined ? ['awarded', ...expected.slice(1)] : expected);
    if (before === undefined) bills.set(billNo, points);
  });
const register = (pass: number, openingPoints: number) =>
  command(`pass ${pass}, ${openingPoints} points to begin with`, async (model, real) => {
    model.passId = `${real.userId}-pass-${pass}`;
    model.openingPoints = openingPoints;
    const registration = { pass: { passId: model.passId, merchantId: 'M1' }, openingPoints };
    await stubOf(real).register(real.userId, registration);
  });
const restart = command('restart', () => abortAllDurableObjects());
const restartInAward = (number: number) =>
  command(`bill ${number} of 3 points, and a restart before its alarm`, async ({ bills }, real) => {
    const result = await runInDurableObject(stubOf(real), (member) =>
      member.award(real.userId, awardOf(`B${number}`, 3)),
    );
    await abortAllDurableObjects();
    expect(result === 'awarded').toBe(!bills.has(`B${number}`));
    if (result === 'awarded') bills.set(`B${number}`, 3);
  });

const commands = fc.commands(
  [
    fc.tuple(fc.nat(5), fc.nat(9), fc.integer({ min: 1, max: 4 })).map((args) => award(...args)),
    fc.tuple(fc.nat(5), fc.nat(9), fc.integer({ min: 1, max: 4 })).map((args) => award(...args)),
    fc.tuple(fc.nat(1), fc.nat(9)).map((args) => register(...args)),
    fc.constant(restart),
    fc.nat(5).map(restartInAward),
  ],
  { maxCommands: 20, size: 'max' },
);

let applied: UpdatePassRequest[] = [];
let runs = 0;
beforeAll(async () => {
  applied = await recordingGateway();
  vi.spyOn(console, 'log').mockReturnValue();
});
afterAll(() => void vi.restoreAllMocks());

test('points are the sum over distinct bills, and the card shows them in the end', { timeout: 300_000 }, async () => {
  const property = fc.asyncProperty(commands, async (sequence) => {
    runs += 1;
    const real = { userId: `model-${runs}` };
    const model: Model = { bills: new Map(), openingPoints: 0, passId: undefined };
    await fc.asyncModelRun(() => ({ model, real }), sequence);

    const { passId = `${real.userId}-pass-0` } = model;
    const pass = { passId, merchantId: 'M1' };
    await stubOf(real).register(real.userId, { pass });
    await vi.waitFor(async () => expect(await stubOf(real).read()).toMatchObject({ pending: 0 }), { timeout: 30_000 });
    if (totalOf(model) === 0) return; // then there may have been nothing to tell
    const shown = () => applied.filter((update) => update.passId === passId).at(-1)?.dataInfo?.points;
    await vi.waitFor(() => expect(shown()).toBe(totalOf(model)), { timeout: 30_000 });
  });
  await fc.assert(property, { numRuns: env.TEST_RUNS, seed: env.TEST_SEED, endOnFailure: true });
});
