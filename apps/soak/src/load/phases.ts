/** The phases of the load, each on processes of its own that are warm before anything is counted. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningWorker } from '@alipayhk-pass/harness/workers';
import { type Numbers, streamOf } from './lines.ts';
import { measure, type Phase } from './measure.ts';
import { apiToken, type Gateway, startBare, startMerchant } from './servers.ts';

const warmUp = 200;
/** Callers that put at once. */
const callers = 16;
/** Without any progress for so long the phase is given up, in milliseconds. */
const stalled = 90_000;
/** So slow that no slot comes up during the phase: what is accepted stays where it is. */
const held = 1;

/** Gets how many updates are done. */
export type OnDone = (done: number) => void;

const ignore: OnDone = () => undefined;

/** Signs and posts every line, a part at a time: what the machine, the runtime and the gateway take at least. */
export function barePhase(gateway: Gateway, updates: number, onDone = ignore): Promise<Phase> {
  return bare(gateway, updates, async (url, prefix, count) => {
    const part = 500;
    for (let from = 0; from < count; from += part) {
      onDone(from);
      await postLines(url, { from, until: Math.min(count, from + part), each: 1, prefix });
    }
  });
}

/** The same with one update a request, as in a PUT. */
export function bareSinglePhase(gateway: Gateway, updates: number, onDone = ignore): Promise<Phase> {
  return bare(gateway, updates, (url, prefix, count) =>
    eachOf(count, onDone, (number) => postLines(url, { from: number, until: number + 1, each: 1, prefix })),
  );
}

/** Requests to which the bare Worker replies at once: what a request costs by itself. */
export function floorPhase(gateway: Gateway, requests: number, onDone = ignore): Promise<Phase> {
  return bare(gateway, requests, (url, _, count) =>
    eachOf(count, onDone, async () => {
      await (await fetch(url)).text();
    }),
  );
}

async function bare(
  gateway: Gateway,
  updates: number,
  send: (url: string, prefix: string, count: number) => Promise<void>,
): Promise<Phase> {
  await using started = new AsyncDisposableStack();
  const worker = await startBare(started, gateway);
  await gateway.expectUpdates(warmUp);
  await send(worker.url, 'warm', warmUp);
  return await measure(worker, gateway, { updates, passes: updates }, () => send(worker.url, 'bare', updates));
}

async function postLines(url: string, numbers: Numbers): Promise<void> {
  const body = streamOf(numbers, () => undefined);
  const response = await fetch(url, streamed(body));
  const done = await response.text();
  if (Number(done) !== numbers.until - numbers.from) throw new Error(`bare: expected every 200, received ${done}`);
}

/** Does something for each number below a count, a few at once. */
async function eachOf(count: number, onDone: OnDone, work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let number = next++; number < count; number = next++) {
      onDone(number);
      await work(number);
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
}

/** Takes every line in while next to nothing may be sent: the accept path on its own. */
export async function acceptPhase(gateway: Gateway, updates: number): Promise<Phase> {
  await using started = new AsyncDisposableStack();
  const worker = await startMerchant(started, gateway, held);
  const accept = async (numbers: Numbers): Promise<void> => {
    const { batchId } = await push(
      worker,
      streamOf(numbers, () => undefined),
    );
    const expected = numbers.until - numbers.from;
    await until(async () => (await batchOf(worker, batchId)).accepted, expected);
  };
  await gateway.expectUpdates(updates);
  await accept({ from: 0, until: warmUp, each: 1, prefix: 'warm' });
  return await measure(worker, gateway, { updates, passes: updates }, () =>
    accept({ from: 0, until: updates, each: 1, prefix: 'held' }),
  );
}

/** Takes updates in one by one, by PUT, while next to nothing may be sent. */
export async function putPhase(gateway: Gateway, updates: number, onDone = ignore): Promise<Phase> {
  await using started = new AsyncDisposableStack();
  const worker = await startMerchant(started, gateway, held);
  const body = JSON.stringify({
    merchantId: '2160400000000001',
    userId: '2160220000000001',
    points: 880,
    level: '金卡',
  });
  const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/json' };
  const put = (prefix: string, count: number): Promise<void> =>
    eachOf(count, onDone, async (number) => {
      const response = await fetch(`${worker.url}/passes/${prefix}${number}`, { method: 'PUT', headers, body });
      if (response.status !== 202) throw new Error(`PUT: received ${response.status} ${await response.text()}`);
      await response.body?.cancel();
    });
  await gateway.expectUpdates(updates);
  await put('warm', warmUp);
  return await measure(worker, gateway, { updates, passes: updates }, () => put('put', updates));
}

/** The whole way of every line: accepted, sent, confirmed. */
export async function wholePhase(
  gateway: Gateway,
  { updates, each, perSecond }: { updates: number; each: number; perSecond: number },
  onDone = ignore,
): Promise<Phase> {
  await using started = new AsyncDisposableStack();
  const worker = await startMerchant(started, gateway, perSecond);
  const passes = Math.ceil(updates / each);
  const sent = new Float64Array(Math.max(updates, warmUp));
  const deliver = async (numbers: Numbers): Promise<number> => {
    await gateway.expectUpdates(numbers.until);
    const start = performance.now();
    const { batchId } = await push(
      worker,
      streamOf(numbers, (number) => note(sent, number)),
    );
    const pushed = performance.now() - start;
    // The last update of every pass is there; then the Worker has to know it, too.
    let times: Float64Array = new Float64Array(0);
    await until(async () => {
      const { arrived } = await gateway.count();
      onDone(arrived);
      if (arrived < numbers.until / numbers.each) return arrived;
      times = newest(await gateway.arrivals(), numbers.each);
      return times.filter((time) => time > 0).length;
    }, numbers.until);
    await until(async () => (await batchOf(worker, batchId)).delivered, numbers.until);
    return pushed;
  };
  await deliver({ from: 0, until: warmUp, each: 1, prefix: 'warm' });
  let pushed = 0;
  const phase = await measure(worker, gateway, { updates, passes }, async () => {
    pushed = await deliver({ from: 0, until: updates, each, prefix: 'load' });
  });
  const times = newest(await gateway.arrivals(), each);
  return { ...phase, pushed, latencies: sent.subarray(0, updates).map((from, number) => (times[number] ?? 0) - from) };
}

/** The same at a given pace, in small batches: what a delivery takes when nothing is in its way. */
export async function pacedPhase(
  gateway: Gateway,
  { updates, pace }: { updates: number; pace: number },
  onDone = ignore,
): Promise<Phase> {
  await using started = new AsyncDisposableStack();
  const worker = await startMerchant(started, gateway, Math.max(100, Math.ceil(pace * 4)));
  const part = 10;
  const sent = new Float64Array(updates);
  const numbers = { each: 1, prefix: 'pace' };
  await gateway.expectUpdates(warmUp);
  await push(
    worker,
    streamOf({ from: 0, until: warmUp, each: 1, prefix: 'warm' }, () => undefined),
  );
  await until(async () => (await gateway.count()).arrived, warmUp);
  const phase = await measure(worker, gateway, { updates, passes: updates }, async () => {
    const start = performance.now();
    const pushes: Promise<unknown>[] = [];
    for (let from = 0; from < updates; from += part) {
      onDone(from);
      await sleep(Math.max(0, start + (from / pace) * 1000 - performance.now()));
      const until = Math.min(updates, from + part);
      pushes.push(
        push(
          worker,
          streamOf({ ...numbers, from, until }, (number) => note(sent, number)),
        ),
      );
    }
    await Promise.all(pushes);
    await until(async () => (await gateway.count()).arrived, updates);
  });
  const times = await gateway.arrivals();
  return { ...phase, latencies: sent.map((from, number) => (times[number] ?? 0) - from) };
}

/** Asks until it is as many as expected. */
async function until(ask: () => Promise<number>, expected: number): Promise<void> {
  let last = -1;
  let changed = performance.now();
  // Asking costs, too: less often where there is much to do.
  for (let pause = 50; ; pause = Math.min(pause * 1.5, expected / 20, 5_000)) {
    const now = await ask();
    if (now >= expected) return;
    if (now !== last) changed = performance.now();
    last = now;
    if (performance.now() - changed > stalled) throw new Error(`load: expected ${expected}, stalled at ${now}`);
    await sleep(Math.max(pause, 50));
  }
}

async function push({ url }: RunningWorker, body: ReadableStream<Uint8Array>): Promise<{ batchId: string }> {
  const headers = { Authorization: `Bearer ${apiToken}`, 'Content-Type': 'application/x-ndjson' };
  const response = await fetch(`${url}/passes:batch`, streamed(body, headers));
  if (response.status !== 202)
    throw new Error(`POST /passes:batch: received ${response.status} ${await response.text()}`);
  return response.json();
}

async function batchOf({ url }: RunningWorker, id: string): Promise<{ accepted: number; delivered: number }> {
  const response = await fetch(`${url}/batches/${id}`, { headers: { Authorization: `Bearer ${apiToken}` } });
  if (!response.ok) throw new Error(`GET /batches/${id}: received ${response.status} ${await response.text()}`);
  return response.json();
}

function streamed(body: ReadableStream<Uint8Array>, headers: Record<string, string> = {}): RequestInit {
  return { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
}

/** For each update when it, or a newer one of its pass, came. */
function newest(arrivals: Float64Array, each: number): Float64Array {
  const times = arrivals.slice();
  for (let number = times.length - 2; number >= 0; number--) {
    if (number % each === each - 1) continue; // the newest of its pass
    const [own = 0, newer = 0] = times.subarray(number, number + 2);
    if (own === 0 || (newer > 0 && newer < own)) times[number] = newer;
  }
  return times;
}

function note(times: Float64Array, number: number): void {
  times[number] = performance.timeOrigin + performance.now();
}
