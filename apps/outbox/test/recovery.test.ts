/** What a shard does when something goes wrong: lost alarms, ended objects, poison, outages, wrong keys. */
import { abortAllDurableObjects, createExecutionContext, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, test, vi } from 'vitest';
import { shardOf } from '../src/shard/route.ts';
import worker from '../src/worker.ts';
import { put, send, update, view } from './caller.ts';
import { recordEvents } from './events.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';
import { idsOf, inShard, shards, stubOf, untilState } from './shards.ts';

const { events, alerts } = recordEvents();
const cron = () => worker.scheduled({ scheduledTime: Date.now(), cron: '* * * * *', noRetry: () => undefined }, env);
const metrics = async () => (await send('GET', '/metrics')).body as string;
const gaugeOf = (text: string, name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);

/** As if the time of what an ended object left in flight were over. */
async function letFlightsPass() {
  for (let shard = 0; shard < shards; shard += 1) {
    await runInDurableObject(stubOf(shard), (object) => {
      for (const flight of object.shard.passes.flights.values()) flight.since -= 60_000;
    });
  }
}

/** How long the shard of a pass lets a reply take, from now on. */
const setTimeoutOf = (passId: string, timeout: number) =>
  inShard(passId, ({ shard: { ports } }) => {
    const limits = { ...ports.limits(), timeout };
    ports.limits = () => limits;
  });

/** A gateway that hangs until it is let go. */
function holding() {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const requests: Request[] = [];
  const genuine = gateway();
  answerWith(async (request) => {
    requests.push(request);
    await held;
    return (await genuine)(request);
  });
  return { requests, release };
}

describe('an alarm that is lost', () => {
  test('is set again by the cron trigger', async () => {
    const applied = await recordingGateway();
    const passId = 'lost-1';
    await inShard(passId, async (object, state) => {
      await object.call(shards, 'put', [passId, changeTo(1), {}]);
      await state.storage.deleteAlarm();
    });
    await cron();
    await untilState(passId, 'delivered');
    expect(applied.filter((each) => each.passId === passId)).toHaveLength(1);
  });

  test('is set again by any call of its shard', async () => {
    await recordingGateway();
    const [passId = '', other = ''] = idsOf(1, 'lost-2', 2);
    await inShard(passId, async (object, state) => {
      await object.call(shards, 'put', [passId, changeTo(1), {}]);
      await state.storage.deleteAlarm();
    });
    expect((await send('GET', `/passes/${other}`)).status).toBe(404);
    await untilState(passId, 'delivered');
  });

  test('is set again when it is stored and does not fire', async () => {
    await recordingGateway();
    const passId = 'lost-3';
    await inShard(passId, async (object, { storage }) => {
      await object.call(shards, 'put', [passId, changeTo(1), {}]);
      await storage.deleteAlarm();
      vi.spyOn(storage, 'getAlarm').mockResolvedValueOnce(Date.now() - 60_000);
      await object.call(shards, 'read', [passId]);
      expect(await storage.getAlarm()).not.toBeNull();
    });
    await untilState(passId, 'delivered');
  });

  test('is healed within a minute of cron, when alarms are deleted at random', async () => {
    await recordingGateway();
    const ids = Array.from({ length: 60 }, (_, n) => `random-${n}`);
    for (const [n, passId] of ids.entries()) {
      await put(passId, { ...update, points: n });
      if (n % 3 === 0) await runInDurableObject(stubOf(n % shards), (_, { storage }) => storage.deleteAlarm());
    }
    for (let shard = 0; shard < shards; shard += 1) {
      await runInDurableObject(stubOf(shard), (_, { storage }) => storage.deleteAlarm());
    }
    await cron();
    for (const passId of ids) await untilState(passId, 'delivered', 20_000);
  });
});

describe('an object that ends', () => {
  test('in flight: the next one takes the outcome for unknown, holds, and sends again', async () => {
    const { requests } = holding();
    const passId = 'ended-1';
    await put(passId, { ...update, points: 1 });
    await vi.waitFor(() => expect(requests).toHaveLength(1), 5_000);
    expect(await view(passId)).toMatchObject({ state: 'sending', attempts: [{ outcome: 'sending' }] });
    await abortAllDurableObjects();
    await setTimeoutOf(passId, 2_000);
    const applied = await recordingGateway();
    await send('GET', `/passes/${passId}`);
    await untilState(passId, 'retrying');
    const { nextAttempt, attempts } = await view(passId);
    expect(attempts).toMatchObject([{ outcome: 'unknown', code: 'Interrupted' }]);
    // As if the object had lived, and waited for its reply in vain.
    expect(nextAttempt).toBeGreaterThanOrEqual(attempts[0].at + 2_000 + Number(env.UNANSWERED_PAUSE_MS));
    await untilState(passId, 'delivered', 20_000);
    expect(applied).toHaveLength(1);
    await letFlightsPass();
  });

  test('what was in flight counts in the bound of the next one', async () => {
    const { requests } = holding();
    const ids = idsOf(2, 'ended-2', 8);
    for (const passId of ids) await put(passId, { ...update, points: 1 });
    await vi.waitFor(() => expect(requests).toHaveLength(5), 5_000);
    await abortAllDurableObjects();
    await setTimeoutOf(ids[0] as string, 4_000);
    const after = holding();
    await send('GET', `/passes/${ids[0]}`);
    await scheduler.wait(500);
    expect(after.requests).toHaveLength(0); // five are recorded, and their time is not over
    await letFlightsPass();
    await recordingGateway();
    after.release();
    for (const passId of ids) await untilState(passId, 'delivered', 30_000);
  });
});

test('no more than five requests of one shard wait for replies', async () => {
  const { requests, release } = holding();
  const ids = idsOf(0, 'six', 12);
  for (const passId of ids) await put(passId, { ...update, points: 1 });
  await vi.waitFor(() => expect(requests).toHaveLength(5), 5_000);
  await scheduler.wait(300);
  expect(requests).toHaveLength(5);
  release();
  for (const passId of ids) await untilState(passId, 'delivered', 20_000);
});

describe('an outage', () => {
  test('opens the breaker: few requests are sent, and everything goes once AlipayHK replies again', async () => {
    let requests = 0;
    answerWith(async () => {
      requests += 1;
      return new Response('', { status: 503 });
    });
    const ids = idsOf(0, 'outage', 40);
    for (const passId of ids) await put(passId, { ...update, points: 1 });
    await vi.waitFor(() => expect(alerts()).toContain('BreakerOpen'), 10_000);
    const before = requests;
    await scheduler.wait(1_500);
    expect(requests - before).toBeLessThan(4);
    expect(gaugeOf(await metrics(), 'merchant_open_breakers')).toBe(1);
    await recordingGateway();
    expect((await send('POST', '/retry')).status).toBe(202);
    for (const passId of ids) await untilState(passId, 'delivered', 25_000);
    expect(gaugeOf(await metrics(), 'merchant_open_breakers')).toBe(0);
  }, 60_000);

  test('by a wrong key makes no dead letter and one alert of the breaker', async () => {
    answerWith(await gateway({ handler: () => ({ resultCode: 'INVALID_SIGNATURE', resultStatus: 'F' }) }));
    const ids = idsOf(1, 'key', 20);
    for (const passId of ids) await put(passId, { ...update, points: 1 });
    await vi.waitFor(() => expect(alerts()).toContain('BreakerOpen'), 10_000);
    expect(alerts()).toContain('INVALID_SIGNATURE');
    expect((await send('GET', '/dead-letters')).body.deadLetters).toEqual([]);
    await recordingGateway();
    await send('POST', '/retry');
    for (const passId of ids) await untilState(passId, 'delivered', 25_000);
  }, 60_000);

  test('by a wrong clock says how far ahead it is', async () => {
    answerWith(await gateway({ now: () => Date.now() - 3_600_000 }));
    const passId = 'clock-1';
    await put(passId, { ...update, points: 1 });
    await vi.waitFor(
      () =>
        expect(events()).toContainEqual(expect.objectContaining({ event: 'alert', code: 'TimeNotAccepted', passId })),
      10_000,
    );
    const { clockAheadSeconds } =
      events().find(({ event, code }) => event === 'alert' && code === 'TimeNotAccepted') ?? {};
    expect(Math.round(Number(clockAheadSeconds) / 60)).toBe(60);
    await recordingGateway();
    await send('POST', '/retry');
    await untilState(passId, 'delivered', 25_000);
  });
});

describe('what waits', () => {
  test('is listed, counted, and retried now, but not before its hold is over', async () => {
    answerWith(async () => new Response('', { status: 503, headers: { 'Retry-After': '3' } }));
    const passId = 'waits-1';
    await put(passId, { ...update, points: 1 });
    await untilState(passId, 'retrying');
    const list = await send('GET', '/passes?state=retrying');
    expect(list.body.passes).toContainEqual({
      ...{ passId, state: 'retrying', waitingSince: expect.any(Number), nextAttempt: expect.any(Number) },
    });
    expect(await metrics()).toContain('merchant_waiting_passes{state="retrying"} 1\n');
    const applied = await recordingGateway();
    const { nextAttempt } = await view(passId);
    expect((await send('POST', `/passes/${passId}/retry`)).status).toBe(202);
    await untilState(passId, 'delivered', 15_000);
    expect(Date.now()).toBeGreaterThanOrEqual(Math.min(nextAttempt, Date.now()) - 1_000);
    expect(applied).toHaveLength(1);
    expect(await send('POST', `/passes/${passId}/retry`)).toMatchObject({
      status: 409,
      body: { error: { code: 'NotWaiting' } },
    });
  });

  test('for longer than STALE_AFTER is an alert', async () => {
    const passId = 'stale-1';
    await inShard(passId, async (object, { storage }) => {
      await object.call(shards, 'put', [passId, changeTo(1), {}]);
      storage.sql.exec('UPDATE passes SET since = since - 3600000, due = due + 3600000 WHERE pass_id = ?', passId);
      await object.call(shards, 'tick', []);
    });
    expect(alerts()).toContain('Stale');
    expect(gaugeOf(await metrics(), 'merchant_oldest_waiting_seconds')).toBeGreaterThan(3_500);
    await inShard(passId, (_, { storage }) => void storage.sql.exec('DELETE FROM passes WHERE pass_id = ?', passId));
  });
});

test('a call under another number of shards is refused with a named error that says how to move', async () => {
  await recordingGateway();
  // Of a shard that exists under both numbers.
  const passId = ['move-1', 'move-2', 'move-3', 'move-4', 'move-5'].find((id) => shardOf(id, 4) < 3) ?? expect.fail();
  await put('any-pass', { ...update, points: 1 });
  for (let shard = 0; shard < shards; shard += 1) await stubOf(shard).call(shards, 'gauges', []);
  const request = new Request(`https://merchant.test/passes/${passId}`, {
    ...{ method: 'PUT', body: JSON.stringify(update) },
    headers: { Authorization: `Bearer ${env.API_TOKEN}`, 'Content-Type': 'application/json' },
  });
  const response = await worker.fetch(request, { ...env, SHARDS: '4' }, createExecutionContext());
  expect(response.status).toBe(503);
  const { error } = (await response.json()) as { error: { code: string; message: string } };
  expect(error.code).toBe('ShardsMismatch');
  expect(error.message).toContain('filled under SHARDS 3, and SHARDS is 4: set SHARDS back to 3, or move the passes');
  expect((await send('GET', `/passes/${passId}`)).status).toBe(404);
});

function changeTo(points: number) {
  const { dataInfo: _, ...who } = update;
  return { who, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', fields: { 'dataInfo/points': points } };
}
