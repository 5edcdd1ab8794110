// The small form of the load: that everything arrives and every figure is there, not how fast it was.
import { expect, test } from 'vitest';
import { chartsOf } from '../src/load/charts.ts';
import { barePhase, bareSinglePhase, floorPhase, pacedPhase, putPhase, wholePhase } from '../src/load/phases.ts';
import { ratiosOf, reportOf } from '../src/load/report.ts';
import { startGateway } from '../src/load/servers.ts';

test('300 updates of 100 passes as NDJSON, and the bare Worker beside them', { timeout: 300_000 }, async () => {
  await using started = new AsyncDisposableStack();
  const gateway = await startGateway(started);
  const bare = await barePhase(gateway, 100);
  expect(bare).toMatchObject({ updates: 100, requests: 100 });
  const whole = await wholePhase(gateway, { updates: 300, each: 3, perSecond: 200 });
  expect(whole.requests).toBeGreaterThanOrEqual(100); // the newest of each pass; others may be overtaken
  expect(whole.requests).toBeLessThanOrEqual(300);
  expect(whole.latencies).toHaveLength(300);
  expect(Math.min(...(whole.latencies ?? [0]))).toBeGreaterThan(0);
  const paced = await pacedPhase(gateway, { updates: 20, pace: 20 });
  expect(paced.requests).toBe(20);
  const put = await putPhase(gateway, 100);
  const bareSingle = await bareSinglePhase(gateway, 100);
  expect(bareSingle).toMatchObject({ updates: 100, requests: 100 });
  const floor = await floorPhase(gateway, 100);
  expect(floor.requests).toBe(0);
  for (const { proxy } of [put, bareSingle, floor]) expect(proxy).toBeGreaterThan(0);
  for (const { workerd, memory } of [bare, bareSingle, floor, put, whole, paced]) {
    expect(workerd).toBeGreaterThan(0);
    expect(Math.max(...memory)).toBeGreaterThan(0);
  }
  const load = {
    bare,
    bareSingle,
    floor,
    accept: whole,
    put,
    whole: [whole],
    paced,
    perSecond: 200,
    each: 3,
    command: 'load',
  };
  expect(ratiosOf(load).map(({ name }) => name)).toEqual([
    'accept by batch ÷ bare',
    'accept by PUT ÷ bare',
    'accept by PUT ÷ bare, an update a request',
    'whole way, 300 ÷ bare',
    'dearest size ÷ cheapest size',
    'latency at half the rate, 99 %, s',
  ]);
  for (const text of [reportOf(load), ...Object.values(chartsOf(load))])
    expect(text).not.toMatch(/NaN|Infinity|undefined/);
});
