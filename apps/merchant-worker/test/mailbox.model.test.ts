/**
 * The mailbox against a model: any interleaving of changes, closes, faults of the gateway, crashes and passing
 * time. What must hold is checked after every step, and at the end once faults are over. FAST_CHECK_SEED repeats a run,
 * FAST_CHECK_RUNS makes more of them.
 */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Fault, type Fields, faults, Run } from './mailbox-run.ts';

/** What the mailbox should know: the simplest thing that can be right. */
interface Model {
  revision: number;
  delivered: number;
  inFlight: number | undefined;
  closing: boolean;
  dead: boolean;
  /** Something was refused since the last S: a close leaves it behind. */
  refused: boolean;
  leftBehind: boolean;
  /** What AlipayHK should have in the end, field by field. */
  card: Record<string, unknown>;
}

type Command = fc.AsyncCommand<Model, Run>;

const command = (name: string, run: Command['run'], check: Command['check'] = () => true): Command => ({
  check,
  run: async (model, real) => {
    await run(model, real);
    real.check();
    const view = await real.view();
    if (model.revision === 0) return expect(view).toBeUndefined();
    expect(view).toMatchObject({ revision: model.revision, delivered: model.delivered });
    expect(view?.state === 'dead').toBe(model.dead);
    expect(view?.state === 'sending').toBe(model.inFlight !== undefined);
  },
  toString: () => name,
});

/** Asks for a change, of the mailbox and of the model. */
async function change(model: Model, real: Run, fields: Fields, closes = false): Promise<void> {
  const dataInfo = { ...fields.dataInfo, marker: model.revision + 1 };
  const result = await real.put({ ...fields, dataInfo }, closes ? 'CLOSED' : 'UPDATE');
  if (model.closing) return expect(result).toEqual({ refusal: 'PassClosed', revision: model.revision });
  model.revision += 1;
  expect(result).toEqual({ revision: model.revision });
  const { endDate, codeInfo } = fields;
  Object.assign(model.card, dataInfo, endDate !== undefined && { endDate }, codeInfo && { codeInfo });
  model.closing = closes;
  model.leftBehind ||= closes && model.refused;
  model.dead = false;
}

const put = (fields: Fields, closes: boolean) =>
  command(`put ${JSON.stringify(fields)}${closes ? ' and close' : ''}`, (model, real) =>
    change(model, real, fields, closes),
  );

/** What the model makes of the end of a delivery. */
function end(model: Model, real: Run, fault: Fault | 'crash'): void {
  const { inFlight = 0 } = model;
  model.inFlight = undefined;
  if (fault === 'S') {
    model.delivered = inFlight;
    model.refused = false;
    real.confirmed = model.closing && inFlight === model.revision ? Number.POSITIVE_INFINITY : inFlight;
  }
  if (fault === 'F') {
    model.refused = true;
    model.leftBehind ||= model.closing;
    model.dead = inFlight === model.revision;
  }
}

const deliver = command(
  'deliver until the request is at the gateway',
  async (model, real) => {
    const isDue = model.revision > model.delivered && !model.dead;
    expect(await real.deliver()).toBe(isDue);
    if (isDue) model.inFlight = model.revision;
  },
  ({ inFlight }) => inFlight === undefined,
);
const deliverWhilePut = (fields: Fields) =>
  command(
    `deliver, and put ${JSON.stringify(fields)} before the request is sent`,
    async (model, real) => {
      expect(await real.deliver(() => change(model, real, fields))).toBe(true);
      model.inFlight = model.revision;
    },
    ({ inFlight, revision, delivered, dead }) => inFlight === undefined && revision > delivered && !dead,
  );
const release = (fault: Fault) =>
  command(
    `the gateway: ${fault}`,
    async (model, real) => {
      await real.release(fault);
      end(model, real, fault);
    },
    ({ inFlight }) => inFlight !== undefined,
  );
const crash = (fault: Fault) =>
  command(`crash; the gateway, unheard: ${fault}`, async (model, real) => {
    const wasInFlight = model.inFlight !== undefined;
    await real.crash(fault);
    if (!wasInFlight) return;
    // The next alarm finds it and takes it for unknown; nothing is sent by it.
    await real.spuriousAlarm();
    end(model, real, 'crash');
  });
const spuriousAlarm = command(
  'an alarm while a request is at the gateway',
  (_, real) => real.spuriousAlarm(),
  ({ inFlight }) => inFlight !== undefined,
);
const advance = (ms: number) => command(`${ms} ms pass`, async () => void vi.setSystemTime(Date.now() + ms));
const replay = command('replay', async (model, real) => {
  expect(await real.replay()).toBe(model.dead);
  model.dead = false;
});

const fields: fc.Arbitrary<Fields> = fc.record(
  {
    endDate: fc.nat(9),
    codeInfo: fc.option(fc.record({ $codevalue$: fc.constantFrom('a', 'b') }, { noNullPrototype: true })),
    dataInfo: fc.record(
      { level: fc.constantFrom('金卡', '銀卡'), points: fc.nat(9) },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const fault = fc.constantFrom(...faults);
const commands = fc.commands(
  [
    fc.tuple(fields, fc.constant(false)).map((args) => put(...args)),
    fc.tuple(fields, fc.constant(false)).map((args) => put(...args)),
    fc.tuple(fields, fc.integer({ min: 1, max: 8 })).map(([each, n]) => put(each, n === 1)),
    fc.constant(deliver),
    fc.constant(deliver),
    fields.map(deliverWhilePut),
    fc.constant(release('S')),
    fc.constant(release('F')),
    fault.map(release),
    fault.map(crash),
    fc.constant(spuriousAlarm),
    fc.integer({ min: 1, max: 100_000 }).map(advance),
    fc.constant(replay),
  ],
  { maxCommands: 40, size: 'max' },
);

beforeAll(() => {
  // So late that no alarm comes by itself: the runs decide when.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2100, 0, 1) });
  vi.spyOn(console, 'log').mockReturnValue();
  vi.spyOn(console, 'error').mockReturnValue();
});
afterAll(() => void vi.useRealTimers());

let runs = 0;

test('any interleaving: nothing lost, nothing reordered, nothing twice', { timeout: 300_000 }, async () => {
  const property = fc.asyncProperty(commands, async (sequence) => {
    runs += 1;
    const real = new Run(`model-${runs}`);
    await real.open();
    const model: Model = {
      ...{ revision: 0, delivered: 0, inFlight: undefined, closing: false, dead: false },
      ...{ refused: false, leftBehind: false, card: {} },
    };
    await fc.asyncModelRun(() => ({ model, real }), sequence);

    // Faults are over: whatever was accepted arrives.
    if (model.inFlight !== undefined) await real.release('S');
    if ((await real.view())?.state === 'dead') await real.replay();
    if (await real.deliver()) await real.release('S');
    expect(await real.deliver()).toBe(false);
    real.check();
    if (model.revision > 0) expect(await real.view()).toMatchObject({ delivered: model.revision });
    if (model.leftBehind) expect(real.card.marker).toBe(model.card.marker);
    else expect(real.card).toEqual(model.card);
    expect(real.closedAtGateway).toBe(model.closing);
  });
  await fc.assert(property, { numRuns: env.TEST_RUNS, seed: env.TEST_SEED, endOnFailure: true });
});
