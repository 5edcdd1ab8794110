/** Passes that cannot be read, and a configuration that cannot: what else a shard has to do goes on. */
import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { readLimits } from '../src/config/limits.ts';
import { ConfigurationInvalid } from '../src/config/variables.ts';
import { put, send, update } from './caller.ts';
import { recordEvents } from './events.ts';
import { answerWith, recordingGateway } from './gateway.ts';
import { idsOf, inShard, shards, untilState } from './shards.ts';

const { events, alerts } = recordEvents();

test('a pass that cannot be read keeps no other one back', async () => {
  await recordingGateway();
  const [poison = '', other = ''] = idsOf(1, 'poison', 2);
  await inShard(poison, async (object, { storage }) => {
    await object.call(shards, 'put', [poison, changeTo(1), {}]);
    storage.sql.exec("UPDATE passes SET body = '{' WHERE pass_id = ?", poison);
  });
  await put(other, { ...update, points: 1 });
  await untilState(other, 'delivered');
  expect(alerts()).toContain('PassFailed');
  const line = (passId: string) => JSON.stringify({ ...update, passId, points: 2 });
  const { status, body } = await send('POST', '/passes:batch', {
    body: `${line(poison)}\n${line(other)}`,
    headers: { 'Content-Type': 'application/x-ndjson' },
  });
  expect(status).toBe(202);
  await vi.waitFor(async () => {
    const batch = await send('GET', `/batches/${body.batchId}`);
    expect(batch.body).toMatchObject({
      delivered: 1,
      refused: 1,
      refusedLines: [{ line: 1, refusal: 'InternalError' }],
    });
  }, 10_000);
  await inShard(poison, (_, { storage }) => void storage.sql.exec('DELETE FROM passes WHERE pass_id = ?', poison));
});

test('a pass that cannot be read after its object has ended in flight keeps neither its shard nor its batch back', async () => {
  let requests = 0;
  answerWith(() => {
    requests += 1;
    return new Promise(() => undefined);
  });
  const [poison = '', other = ''] = idsOf(1, 'poison-flying', 2);
  const { batchId } = (
    await send('POST', '/passes:batch', {
      body: JSON.stringify({ ...update, passId: poison, points: 1 }),
      headers: { 'Content-Type': 'application/x-ndjson' },
    })
  ).body;
  await vi.waitFor(() => expect(requests).toBe(1), 5_000);
  await inShard(poison, (_, { storage }) => {
    storage.sql.exec("UPDATE passes SET body = '{' WHERE pass_id = ?", poison);
  });
  await abortAllDurableObjects();
  await recordingGateway();
  expect((await put(other, { ...update, points: 1 })).status).toBe(202);
  await untilState(other, 'delivered');
  expect(alerts()).toContain('PassFailed');
  expect(await send('GET', `/batches/${batchId}`)).toMatchObject({ status: 200, body: { pending: 1, refused: 0 } });
  await inShard(poison, (_, { storage }) => void storage.sql.exec('DELETE FROM passes WHERE pass_id = ?', poison));
});

test('a run under a configuration that cannot be read ends, and another one is set', async () => {
  await recordingGateway();
  const passId = 'no-limits';
  await inShard(passId, async (object, { storage }) => {
    await object.call(shards, 'put', [passId, changeTo(1), {}]);
    const { ports } = object.shard;
    const genuine = ports.limits;
    ports.limits = () => {
      throw new ConfigurationInvalid([{ path: 'IN_FLIGHT', message: 'must be at least SHARDS' }]);
    };
    await object.shard.loop.run();
    expect(alerts()).toContain('ConfigurationInvalid');
    expect(await storage.getAlarm()).toBeGreaterThan(Date.now());
    ports.limits = genuine;
    await object.shard.loop.run();
  });
  await untilState(passId, 'delivered', 40_000);
}, 60_000);

test('without ALERT_SECRET each tick says so in the log', async () => {
  await inShard('no-secret', async (object) => {
    const { ports } = object.shard;
    const genuine = ports.limits;
    ports.limits = () => readLimits({ ...env, ALERT_URL: 'https://alerts.test/' });
    await object.call(shards, 'tick', []);
    ports.limits = genuine;
  });
  expect(events()).toContainEqual(
    expect.objectContaining({ code: 'ConfigurationInvalid', issues: expect.stringMatching(/^ALERT_SECRET must/) }),
  );
});

function changeTo(points: number) {
  const { dataInfo: _, ...who } = update;
  return { who, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', fields: { 'dataInfo/points': points } };
}
