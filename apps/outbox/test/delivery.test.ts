// From an accepted update to AlipayHK's answer, through the routes: what a person sees when it does not go well.
import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { put, send, update, view } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';

const lines: Record<string, unknown>[] = [];
let now = Date.UTC(2100, 0, 1);

beforeEach(() => {
  // So late that no alarm comes by itself.
  now += 86_400_000;
  vi.useFakeTimers({ toFake: ['Date'], now });
  lines.length = 0;
  for (const method of ['log', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line) => void lines.push(JSON.parse(line)));
  }
});
afterEach(() => void vi.useRealTimers());

/** Runs the next alarm of a pass, and says how far away it was, in milliseconds. */
async function alarm(passId: string): Promise<number | undefined> {
  const mailbox = env.MAILBOX.getByName(passId);
  const at = await runInDurableObject(mailbox, (_, { storage }) => storage.getAlarm());
  if (at === null || at - Date.now() > 2 * 3_600_000) return undefined; // later than any pause: only for the index
  const distance = at - Date.now();
  if (distance > 0) vi.setSystemTime(at);
  await runDurableObjectAlarm(mailbox);
  return distance;
}

/** Runs alarms until one more delivery was attempted, and says how far away it was: it may have to wait for its slot. */
async function attempt(passId: string): Promise<number> {
  const before = (await view(passId)).attempts.length;
  let distance = 0;
  for (let turn = 0; turn < 5; turn += 1) {
    distance += Math.max(0, (await alarm(passId)) ?? 0);
    if ((await view(passId)).attempts.length > before) return distance;
  }
  throw new Error('expected an attempt within five alarms');
}

/** Runs alarms until none is set that may deliver. */
async function settle(passId: string): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) if ((await alarm(passId)) === undefined) return;
  throw new Error('expected an end of alarms');
}

const saying = (resultStatus: 'S' | 'F' | 'U', resultCode: string) =>
  gateway({ handler: () => ({ resultCode, resultStatus, resultMessage: 'of Ada' }) });

const listed = async () => (await send('GET', '/dead-letters')).body.deadLetters as { passId: string }[];

describe('F', () => {
  test('makes a dead letter that is read, mended by a newer update, and gone', async () => {
    answerWith(await saying('F', 'PARAM_ILLEGAL'));
    await put('F1', { ...update, endDate: 1, points: 5 });
    await settle('F1');
    const why = { resultCode: 'PARAM_ILLEGAL', tracerId: expect.stringMatching(/^[0-9a-f]{32}$/) };
    expect(await view('F1')).toMatchObject({
      ...{ revision: 1, delivered: 0, state: 'dead', deadLetter: { revision: 1, ...why } },
      attempts: [{ revision: 1, outcome: 'refused', ...why }],
    });
    await vi.waitFor(async () => expect(await listed()).toMatchObject([{ passId: 'F1', revision: 1, ...why }]), 10_000);
    expect(lines).toContainEqual(expect.objectContaining({ event: 'dead', passId: 'F1', revision: 1, ...why }));

    const applied = await recordingGateway();
    await put('F1', { ...update, endDate: 2 });
    await settle('F1');
    expect(await view('F1')).toMatchObject({ revision: 2, delivered: 2, state: 'delivered' });
    expect(applied).toMatchObject([{ endDate: 2, dataInfo: { points: 5 } }]); // and what was refused with it
    await vi.waitFor(async () => expect(await listed()).toEqual([]), 10_000);
  });

  test('is sent again by replay, as the same revision, and once only', async () => {
    answerWith(await saying('F', 'PASS_HAS_NOT_EXIST'));
    await put('F2');
    await settle('F2');
    const applied = await recordingGateway();
    expect(await send('POST', '/dead-letters/F2/replay')).toMatchObject({ status: 202, body: { passId: 'F2' } });
    expect(await send('POST', '/dead-letters/F2/replay')).toMatchObject({ status: 409 });
    await settle('F2');
    expect(await view('F2')).toMatchObject({ revision: 1, delivered: 1, state: 'delivered' });
    expect(applied).toHaveLength(1);
  });

  test('of a value does not keep the pass from being closed, though a newer update revived it', async () => {
    answerWith(await saying('F', 'PARAM_ILLEGAL'));
    await put('F4', { ...update, endDate: 1 });
    await settle('F4');
    await put('F4', { ...update, points: 5 });
    expect(await send('DELETE', '/passes/F4')).toMatchObject({ status: 202 });
    const applied = await recordingGateway();
    await settle('F4');
    expect(applied).toMatchObject([{ status: 'CLOSED', dataInfo: { points: 5 } }]);
    expect(applied[0]).not.toHaveProperty('endDate');
  });

  test('of a close leaves the way to another close, and to nothing else', async () => {
    answerWith(await saying('F', 'USER_NOT_EXSITS'));
    await put('F5', { ...update, status: 'CLOSED', userId: 'wrong' });
    await settle('F5');
    expect(await put('F5')).toMatchObject({ status: 409, body: { error: { code: 'PassClosed' } } });
    const applied = await recordingGateway();
    expect(await put('F5', { ...update, status: 'CLOSED', userId: 'right' })).toMatchObject({ status: 202 });
    expect(await send('DELETE', '/passes/F5')).toMatchObject({ status: 409 });
    await settle('F5');
    expect(applied).toMatchObject([{ status: 'CLOSED', userId: 'right' }]);
    expect(await view('F5')).toMatchObject({ revision: 2, delivered: 2, state: 'closed' });
    expect(await send('DELETE', '/passes/F5')).toMatchObject({ status: 409 });
  });

  test('is given up by DELETE', async () => {
    answerWith(await saying('F', 'PASS_HAS_NOT_EXIST'));
    await put('F3');
    await settle('F3');
    const applied = await recordingGateway();
    expect(await send('DELETE', '/dead-letters/F3')).toMatchObject({ status: 200 });
    await settle('F3');
    expect(await view('F3')).toMatchObject({ revision: 1, delivered: 0, state: 'discarded' });
    expect(applied).toEqual([]);
  });
});

describe('an unknown outcome', () => {
  test.each([
    ['U for want of traffic', () => saying('U', 'REQUEST_TRAFFIC_EXCEED_LIMIT'), 1_000],
    ['U: not before what was sent may have taken effect', () => saying('U', 'UNKNOWN_EXCEPTION'), 5_000],
    ['no signature: the same', () => gateway({ publicKeyOf: () => undefined }), 5_000],
    ['a broken connection: the same', () => Promise.reject(new TypeError()), 5_000],
    [
      'HTTP 429 with Retry-After',
      async () => new Response(null, { status: 429, headers: { 'Retry-After': '40' } }),
      40_000,
    ],
  ])('%s', async (what, answer, least) => {
    const passId = `U-${what}`;
    answerWith(async (request) => {
      const made = await answer();
      return made instanceof Response ? made : made(request);
    });
    await put(passId, { ...update, points: 1 });
    await attempt(passId);
    expect(await view(passId)).toMatchObject({ state: 'retrying', delivered: 0 });
    await put(passId, { ...update, points: 2 }); // which does not make it any sooner
    const applied = await recordingGateway();
    const distance = await attempt(passId);
    expect(distance).toBeGreaterThanOrEqual(least);
    expect(distance).toBeLessThanOrEqual(Math.max(2 * 1_000, least) + 100);
    await settle(passId);
    expect(applied).toMatchObject([{ dataInfo: { points: 2 } }]);
    expect(lines).toContainEqual(expect.objectContaining({ event: 'retried', passId, revision: 1 }));
  });

  test.each([403, 404, 413])('HTTP %i: an alert, a pause of a minute, and it can be given up', async (status) => {
    answerWith(async () => new Response(null, { status }));
    const passId = `H-${status}`;
    await put(passId);
    await attempt(passId);
    const resultCode = `HTTP_${status}`;
    expect(lines).toContainEqual(expect.objectContaining({ event: 'alert', passId, resultCode }));
    expect(await attempt(passId)).toBeGreaterThanOrEqual(60_000);
    const applied = await recordingGateway();
    expect(await send('DELETE', `/dead-letters/${passId}`)).toMatchObject({ status: 200 });
    expect(await send('DELETE', `/dead-letters/${passId}`)).toMatchObject({ status: 409 });
    await settle(passId);
    expect(await view(passId)).toMatchObject({ revision: 1, delivered: 0, state: 'discarded' });
    expect(applied).toEqual([]);
  });

  test('is signed anew each time', async () => {
    const signatures: (string | null)[] = [];
    const busy = await saying('U', 'UNKNOWN_EXCEPTION');
    answerWith((request) => {
      signatures.push(`${request.headers.get('Request-Time')} ${request.headers.get('Signature')}`);
      return busy(request);
    });
    await put('U4');
    for (let turn = 0; turn < 4; turn += 1) await attempt('U4');
    expect(signatures).toHaveLength(4);
    expect(new Set(signatures).size).toBe(signatures.length);
  });

  test.each([
    ['an unsigned F', () => gateway({ publicKeyOf: () => undefined }), 'ResultNotSigned'],
    ['an answer of yesterday', () => gateway({ now: () => Date.now() - 86_400_000 }), 'TimeNotAccepted'],
  ])('that nobody vouches for raises an alert: %s', async (what, answer, code) => {
    answerWith(await answer());
    await put(`A-${what}`);
    await attempt(`A-${what}`);
    expect(await view(`A-${what}`)).toMatchObject({ state: 'retrying', attempts: [{ outcome: 'unknown', code }] });
    expect(lines).toContainEqual(expect.objectContaining({ event: 'alert', passId: `A-${what}`, code }));
  });
});

test('changes that were overtaken before they were sent are coalesced, and none is lost', async () => {
  const applied = await recordingGateway();
  await put('C1', { ...update, dataInfo: { level: '銀卡' } });
  await put('C1', { ...update, dataInfo: undefined, codeInfo: { $codevalue$: '1' } });
  await put('C1', { ...update, dataInfo: undefined, points: 3 });
  await settle('C1');
  expect(applied).toMatchObject([{ dataInfo: { level: '銀卡', points: 3 }, codeInfo: { $codevalue$: '1' } }]);
  expect(await view('C1')).toMatchObject({ delivered: 3, attempts: [{ revision: 3, coalesced: 2 }] });
  expect(lines).toContainEqual(expect.objectContaining({ event: 'coalesced', passId: 'C1', coalesced: 2 }));
});

test('no line of the log holds anything of a person but ids', async () => {
  answerWith(await saying('F', 'PARAM_ILLEGAL'));
  await put('L1', { ...update, dataInfo: { name: 'Ada', billNo: 'B1' }, level: '金卡' });
  await settle('L1');
  expect(lines.length).toBeGreaterThan(1);
  const known = ['event', 'passId', 'revision', 'code', 'resultCode', 'tracerId'];
  expect([...new Set(lines.flatMap((line) => Object.keys(line)))].filter((name) => !known.includes(name))).toEqual([]);
});

test('counters add up', async () => {
  const counters = async () => {
    const { body } = await send('GET', '/metrics');
    const rows = [...(body as string).matchAll(/^merchant_(\w+)_total (\d+)$/gm)];
    return Object.fromEntries(rows.map(([, name, value]) => [name, Number(value)]));
  };
  const before = await counters();
  const applied: UpdatePassRequest[] = await recordingGateway();
  await put('M1');
  await put('M1');
  await settle('M1');
  answerWith(await saying('U', 'UNKNOWN_EXCEPTION'));
  await put('M1');
  await attempt('M1');
  answerWith(await saying('F', 'PARAM_ILLEGAL'));
  await settle('M1');
  expect(applied).toHaveLength(1);
  const added = { accepted: 3, coalesced: 1, delivered: 1, retried: 1, dead: 1 };
  await vi.waitFor(async () => {
    const after = await counters();
    expect(
      Object.fromEntries(Object.keys(added).map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)])),
    ).toEqual(added);
  }, 5_000);
});

describe('a fault of this Worker itself keeps nothing from being delivered in the end', () => {
  /** Breaks a binding or a variable of one mailbox, until it is mended. */
  async function withBroken(passId: string, broken: object, run: () => Promise<void>): Promise<void> {
    const change = (values: object) =>
      runInDurableObject(env.MAILBOX.getByName(passId), (instance) => {
        Object.assign(instance, { env: { ...env, ...values } });
      });
    await change(broken);
    await run();
    await change({});
  }
  const failing = () => Promise.reject(new Error('binding is broken'));

  test.each<[what: string, broken: object, code: string | undefined]>([
    ['the index queue', { INDEX_QUEUE: { send: failing } }, 'IndexQueueFailed'],
    ['a variable', { RATE_PER_SECOND: 'many' }, 'ConfigurationInvalid'],
    ['the rate bound', { RATE_LEASE: { getByName: () => ({ take: failing }) } }, undefined],
    ['something that nobody thought of', { RATE_LEASE: undefined }, 'TypeError'],
  ])('%s', async (what, broken, code) => {
    const passId = `broken-${what}`;
    const applied = await recordingGateway();
    await put(passId);
    await withBroken(passId, broken, async () => {
      await alarm(passId);
      await alarm(passId);
      expect(await alarm(passId)).toBeGreaterThan(0); // later, and not at once for ever
    });
    if (code) expect(lines).toContainEqual(expect.objectContaining({ event: 'alert', passId, code }));
    await settle(passId);
    expect(await view(passId)).toMatchObject({ state: 'delivered' });
    expect(applied).toHaveLength(1);
  });

  const silent = () => new Promise<never>(() => undefined);

  test.each<[what: string, broken: object]>([
    ['a rate bound that does not answer', { RATE_LEASE: { getByName: () => ({ take: silent }) } }],
    ['an index queue that does not answer', { INDEX_QUEUE: { send: silent } }],
  ])('%s', async (what, broken) => {
    const applied = await recordingGateway();
    await put(what);
    await withBroken(what, broken, async () => void (await alarm(what)));
    await settle(what);
    expect(await view(what)).toMatchObject({ state: 'delivered' });
    expect(applied).toHaveLength(1);
  });

  test('data points that cannot be written, for a pass whose id is longer than their index', async () => {
    const passId = '金'.repeat(80);
    const indexes: string[] = [];
    const writeDataPoint = ({ indexes: [index] }: { indexes: [string] }) => {
      indexes.push(index);
      throw new TypeError('an index that is too long');
    };
    const applied = await recordingGateway();
    await put(passId);
    await withBroken(passId, { ANALYTICS: { writeDataPoint } }, async () => {
      await settle(passId);
      expect(await view(passId)).toMatchObject({ state: 'delivered' });
    });
    expect(applied).toHaveLength(1);
    expect(indexes).toEqual(['金'.repeat(32)]);
    expect(lines).toContainEqual({ event: 'alert', code: 'DataPointFailed', passId });
    expect((await send('GET', '/metrics')).body).toMatch(/^merchant_in_flight 0$/m); // the lease was given back
  });
});
