/**
 * The mailbox against a model: any interleaving of changes, closes, faults of the gateway, crashes and passing
 * time. What must hold is checked after every step, and at the end once faults are over. FAST_CHECK_SEED repeats a run,
 * FAST_CHECK_RUNS makes more of them.
 */
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Fault, type Fields, faults, fieldsOf, Run } from './mailbox-run.ts';

/** What the mailbox should know: the simplest thing that can be right. */
interface Model {
  revision: number;
  delivered: number;
  inFlight: { revision: number; closes: boolean } | undefined;
  closing: boolean;
  dead: boolean;
  /** What was accepted and neither confirmed nor left behind by a close, field by field: what a request must carry. */
  due: Record<string, Due>;
  /** What AlipayHK should have in the end, field by field; of what a close left behind nothing is known. */
  card: Record<string, unknown>;
}

interface Due {
  value: unknown;
  revision: number;
  /** It was in a request that was refused with F. */
  refused: boolean;
}

/** A close carries nothing that was refused. */
function leaveBehind(model: Model): void {
  for (const [name, { refused }] of Object.entries(model.due)) {
    if (!refused) continue;
    delete model.due[name];
    delete model.card[name];
  }
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
  if (model.closing && !(closes && model.dead)) {
    return expect(result).toEqual({ refusal: 'PassClosed', revision: model.revision });
  }
  model.revision += 1;
  expect(result).toEqual({ revision: model.revision });
  const set = fieldsOf({ ...fields, dataInfo });
  for (const [name, value] of Object.entries(set)) {
    model.due[name] = { value, revision: model.revision, refused: false };
  }
  Object.assign(model.card, set);
  if (closes) leaveBehind(model);
  model.closing = closes;
  model.dead = false;
}

/** A request is at the gateway: with the newest revision and all that is due, and nothing else. */
function begun(model: Model, real: Run): void {
  model.inFlight = { revision: model.revision, closes: model.closing };
  const due = Object.entries(model.due).map(([name, { value }]) => [name, value]);
  expect(real.atGateway).toEqual(Object.fromEntries(due));
}

const put = (fields: Fields, closes: boolean) =>
  command(`put ${JSON.stringify(fields)}${closes ? ' and close' : ''}`, (model, real) =>
    change(model, real, fields, closes),
  );

const putAndClose = (first: Fields, last: Fields) =>
  command(`put ${JSON.stringify(first)}, then ${JSON.stringify(last)} and close`, async (model, real) => {
    await change(model, real, first);
    await change(model, real, last, true);
  });

/** What the model makes of the end of a delivery. */
function end(model: Model, real: Run, fault: Fault | 'crash'): void {
  const { revision = 0, closes = false } = model.inFlight ?? {};
  model.inFlight = undefined;
  const carried = Object.entries(model.due).filter(([, due]) => due.revision <= revision);
  if (fault === 'S') {
    model.delivered = revision;
    for (const [name] of carried) delete model.due[name];
    real.confirmed = closes ? Number.POSITIVE_INFINITY : revision;
  }
  if (fault === 'F') {
    for (const [, due] of carried) due.refused = true;
    if (model.closing && !closes) leaveBehind(model);
    model.dead = revision === model.revision;
  }
}

const deliver = command(
  'deliver until the request is at the gateway',
  async (model, real) => {
    const isDue = model.revision > model.delivered && !model.dead;
    expect(await real.deliver()).toBe(isDue);
    if (isDue) begun(model, real);
  },
  ({ inFlight }) => inFlight === undefined,
);
const deliverWhilePut = (fields: Fields) =>
  command(
    `deliver, and put ${JSON.stringify(fields)} before the request is sent`,
    async (model, real) => {
      expect(await real.deliver(() => change(model, real, fields))).toBe(true);
      begun(model, real);
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
const deliverInVain = command(
  'deliver; the gateway: F',
  async (model, real) => {
    expect(await real.deliver()).toBe(true);
    begun(model, real);
    await real.release('F');
    end(model, real, 'F');
  },
  ({ inFlight, revision, delivered, dead }) => inFlight === undefined && revision > delivered && !dead,
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
    fc
      .tuple(fields, fields, fc.integer({ min: 1, max: 4 }))
      .map(([a, b, n]) => (n === 1 ? putAndClose(a, b) : put(a, false))),
    fc.constant(deliver),
    fc.constant(deliver),
    fc.constant(deliverInVain),
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
      ...{ due: {}, card: {} },
    };
    await fc.asyncModelRun(() => ({ model, real }), sequence);

    // Faults are over: whatever was accepted arrives.
    if (model.inFlight !== undefined) await real.release('S');
    if ((await real.view())?.state === 'dead') await real.replay();
    if (await real.deliver()) await real.release('S');
    expect(await real.deliver()).toBe(false);
    real.check();
    if (model.revision > 0) expect(await real.view()).toMatchObject({ delivered: model.revision });
    expect(real.card).toMatchObject(model.card);
    if (!model.closing) expect(real.card).toEqual(model.card);
    expect(real.closedAtGateway).toBe(model.closing);
  });
  await fc.assert(property, { numRuns: env.TEST_RUNS, seed: env.TEST_SEED, endOnFailure: true });
});
