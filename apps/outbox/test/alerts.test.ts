/** Alerts that are pushed: signed, tried again, and never in the way. */
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { readLimits } from '../src/config/limits.ts';
import { hmac } from '../src/digests.ts';
import { pushAlert } from '../src/shard/alert-push.ts';
import { Alerts } from '../src/shard/alerts.ts';
import type { Ports, SqlValue } from '../src/shard/ports.ts';
import { Signal } from '../src/shard/signal.ts';
import { inShard } from './shards.ts';

const secret = 'a-secret-of-the-tests';
const limits = readLimits({ ...env, ALERT_URL: 'https://alerts.test/hook', ALERT_SECRET: secret });

test('a push is signed as Standard Webhooks has it', async () => {
  const pushed: Request[] = [];
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    pushed.push(new Request(url, init));
    return new Response();
  });
  await pushAlert(limits, { id: 'alert_1', body: '{"type":"outbox.alert"}' });
  const [request] = pushed;
  const header = (name: string) => request?.headers.get(name) ?? '';
  expect(request?.url).toBe('https://alerts.test/hook');
  const mac = await hmac(secret, `${header('webhook-id')}.${header('webhook-timestamp')}.{"type":"outbox.alert"}`);
  expect(header('webhook-signature')).toBe(`v1,${btoa(String.fromCharCode(...new Uint8Array(mac)))}`);
  vi.stubGlobal('fetch', async () => new Response('', { status: 500 }));
  await expect(pushAlert(limits, { id: 'alert_1', body: '{}' })).rejects.toThrow('received 500');
});

test('an alert is kept until it is taken, tried at growing pauses, and each code is pushed once in five minutes', async () => {
  await inShard('alerts', async ({ shard }) => {
    let now = 1_000_000;
    let isDown = true;
    const pushed: string[] = [];
    const ports = {
      ...shard.ports,
      now: () => now,
      limits: () => limits,
      push: async ({ body }: { body: string }) => {
        pushed.push(body);
        if (isDown) throw new Error('down');
      },
    } as Ports;
    const alerts = new Alerts(ports);
    const signal = new Signal();
    const turn = async () => {
      const wait = alerts.start(signal);
      await vi.waitFor(() => expect(alerts.isBusy).toBe(false));
      return wait;
    };
    alerts.add({ code: 'Stale' });
    alerts.add({ code: 'Stale' });
    await turn();
    expect(pushed).toHaveLength(1);
    expect(await turn()).toBe(5_000);
    now += 5_000;
    await turn();
    expect(await turn()).toBe(10_000);
    isDown = false;
    now += 10_000;
    await turn();
    expect(pushed).toHaveLength(3);
    expect(alerts.nextTime()).toBeUndefined();
    now += 300_000;
    alerts.add({ code: 'Stale' });
    await turn();
    expect(pushed).toHaveLength(4);
    expect(ports.sql<Record<string, SqlValue>>('SELECT * FROM alerts')).toEqual([]);
  });
});

test('a hundred alerts wait at most', async () => {
  await inShard('alerts', async ({ shard }) => {
    const alerts = new Alerts({ ...shard.ports, limits: () => limits });
    for (let n = 0; n < 110; n += 1) alerts.add({ code: `Code${n}` });
    const rows = shard.ports.sql<{ waiting: number }>('SELECT count(*) AS waiting FROM alerts');
    expect(rows).toEqual([{ waiting: 100 }]);
    shard.ports.sql('DELETE FROM alerts');
  });
});

test('without ALERT_URL nothing is kept', async () => {
  await inShard('alerts', ({ shard }) => {
    shard.alerts.add({ code: 'Stale' });
    expect(shard.ports.sql('SELECT * FROM alerts')).toEqual([]);
  });
});
