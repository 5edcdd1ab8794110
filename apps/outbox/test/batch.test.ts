// Batches: a stream of lines, through the real Queue to the mailboxes, and back to counts in D1.
import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { BatchMessage } from '../src/batch-queue.ts';
import { recordLines } from '../src/batch-store.ts';
import worker from '../src/worker.ts';
import { put, send, update, view } from './caller.ts';
import { answerWith, gateway, recordingGateway } from './gateway.ts';

let applied: UpdatePassRequest[];
beforeEach(async () => {
  vi.spyOn(console, 'log').mockReturnValue();
  applied = await recordingGateway();
});

const postBatch = (body: BodyInit, type = 'application/x-ndjson') =>
  send('POST', '/passes:batch', { body, headers: { 'Content-Type': type }, duplex: 'half' } as RequestInit);
const line = (passId: string, fields: object = {}) => `${JSON.stringify({ passId, ...update, ...fields })}\n`;
const batch = async (batchId: string) => (await send('GET', `/batches/${batchId}`)).body;
const inTime = { timeout: 25_000, interval: 100 };

describe('a batch', () => {
  test('goes through the Queue to AlipayHK, each pass in the order of its lines', async () => {
    const passIds = Array.from({ length: 60 }, (_, n) => `Q${n}`);
    const lines = [1, 2, 3, 4, 5].flatMap((points) => passIds.map((passId) => line(passId, { points })));
    const answer = await postBatch(lines.join(''));
    expect(answer).toMatchObject({ status: 202, body: { lines: 300, malformed: 0, malformedLines: [] } });
    const { batchId } = answer.body;
    expect(answer.headers.get('Location')).toBe(`/batches/${batchId}`);
    await vi.waitFor(
      async () => expect(await batch(batchId)).toMatchObject({ accepted: 300, delivered: 300, refused: 0, pending: 0 }),
      inTime,
    );
    for (const passId of passIds) {
      const points = applied.filter((each) => each.passId === passId).map(({ dataInfo }) => Number(dataInfo?.points));
      expect(points.at(-1)).toBe(5);
      expect(points).toEqual(points.toSorted());
      expect(await view(passId)).toMatchObject({ revision: 5, delivered: 5 });
    }
  });

  test('counts what is refused, and names malformed lines without stopping at them', async () => {
    const faulty = await gateway({
      handler: ({ passId }) =>
        passId === 'N-refused'
          ? { resultCode: 'PASS_HAS_NOT_EXIST', resultStatus: 'F' }
          : { resultCode: 'SUCCESS', resultStatus: 'S' },
    });
    answerWith(faulty);
    await put('N-closed', { ...update, status: 'CLOSED' });
    const body = [
      line('N-good'),
      '\n',
      '{"passId": \n',
      line('N-refused'),
      `${JSON.stringify({ ...update, points: 1 })}\n`,
      line('N-closed'),
      `"${'x'.repeat(64 * 1024)}"\n`,
      '[]\n',
      line('N-wide', { dataInfo: { numbers: 0 } }).replace(':0}', `:[${Array(12_000).fill('1e15')}]}`), // 60 KB
      line('N-last', { status: 'CLOSED' }).trimEnd(),
    ];
    const { status, body: answer } = await postBatch(new Blob(body).stream());
    const malformedLines = [
      { line: 3, error: { code: 'JsonInvalid', message: 'body: expected JSON in UTF-8' } },
      { line: 5, error: { code: 'RequestInvalid', issues: [{ path: 'passId' }] } },
      { line: 7, error: { code: 'ContentTooLarge' } },
      { line: 8, error: { code: 'RequestInvalid', issues: [{ message: 'an object' }] } },
      { line: 9, error: { code: 'ContentTooLarge' } },
    ];
    expect(status).toBe(202);
    expect(answer).toMatchObject({ lines: 9, malformed: 5, malformedLines });
    await vi.waitFor(async () => {
      const refusedLines = [
        { line: 4, passId: 'N-refused' },
        { line: 6, passId: 'N-closed', refusal: 'PassClosed' },
      ];
      const counts = {
        accepted: 3,
        delivered: 2,
        refused: 2,
        pending: 0,
        finishedAt: expect.any(Number),
        refusedLines,
      };
      expect(await batch(answer.batchId)).toMatchObject({ lines: 9, malformed: 5, malformedLines, ...counts });
    }, inTime);
    expect(await view('N-last')).toMatchObject({ state: 'closed' });
  });

  test('counts a line that was given up as refused, though the pass is updated later, and names it', async () => {
    const saying = (resultStatus: 'S' | 'F') => gateway({ handler: () => ({ resultCode: 'CODE', resultStatus }) });
    const first = (await postBatch(line('G1', { points: 1 }))).body.batchId;
    await vi.waitFor(async () => expect(await batch(first)).toMatchObject({ delivered: 1 }), inTime);
    answerWith(await saying('F'));
    const { batchId } = (await postBatch(line('G1', { points: 2 }))).body;
    await vi.waitFor(async () => expect(await view('G1')).toMatchObject({ state: 'dead' }), inTime);
    await send('DELETE', '/dead-letters/G1');
    answerWith(await saying('S'));
    await put('G1', { ...update, points: 3 });
    await vi.waitFor(async () => {
      const { results } = await env.DB.prepare("SELECT delivered FROM passes WHERE pass_id = 'G1'").all();
      expect(results).toEqual([{ delivered: 3 }]);
    }, inTime);
    const refusedLines = [{ line: 1, passId: 'G1' }];
    expect(await batch(batchId)).toMatchObject({ accepted: 1, delivered: 0, refused: 1, pending: 0, refusedLines });
    expect(await batch(first)).toMatchObject({ delivered: 1, refused: 0, refusedLines: [] });
  });

  test('that is sent again with its key counts once, and puts nothing older over a later call', async () => {
    const headers = { 'Content-Type': 'application/x-ndjson', 'Idempotency-Key': 'nightly-1' };
    const post = (body: string) => send('POST', '/passes:batch', { body, headers });
    const broken = await post(line('I1', { points: 1 })); // as if the connection had broken after a line
    await vi.waitFor(async () => expect(await view('I1')).toMatchObject({ state: 'delivered' }), inTime);
    for (const passId of ['I1', 'I2']) await put(passId, { ...update, points: 9 });
    const lines = `${line('I1', { points: 1 })}${line('I2', { points: 2, level: '金卡' })}{\n`;
    const whole = await post(lines);
    expect(whole).toMatchObject({ status: 202, body: { batchId: broken.body.batchId, lines: 3, malformed: 1 } });
    expect(await post(lines)).toMatchObject({ status: 202, body: whole.body });
    const { batchId } = whole.body;
    await vi.waitFor(async () => expect(await view('I2')).toMatchObject({ state: 'delivered', revision: 2 }), inTime);
    await vi.waitFor(async () => expect(await batch(batchId)).toMatchObject({ accepted: 2, delivered: 2 }), inTime);
    expect(await view('I1')).toMatchObject({ state: 'delivered', revision: 2 });
    for (const passId of ['I1', 'I2']) {
      const card = Object.assign(
        {},
        ...applied.filter((each) => each.passId === passId).map(({ dataInfo }) => dataInfo),
      );
      expect(card.points).toBe(9);
    }

    const old = Date.now() - 25 * 3_600_000;
    await env.DB.prepare('UPDATE batches SET started_at = ?2 WHERE batch_id = ?1').bind(batchId, old).run();
    expect(await post(line('I1'))).toMatchObject({ status: 422, body: { error: { code: 'IdempotencyKeyReused' } } });
    const spaced = { ...headers, 'Idempotency-Key': 'a b' };
    expect(await send('POST', '/passes:batch', { body: '', headers: spaced })).toMatchObject({ status: 422 });
  });

  test('of no line at all is answered too', async () => {
    const { status, body } = await postBatch('');
    expect(status).toBe(202);
    expect(await batch(body.batchId)).toMatchObject({ lines: 0, pending: 0 });
  });

  test.each(['application/json', 'text/plain', ''])('of Content-Type %j: 415', async (type) => {
    expect(await postBatch(line('T1'), type)).toMatchObject({
      status: 415,
      body: { error: { code: 'MediaTypeNotSupported' } },
    });
  });

  test('names the first thousand malformed lines and counts the others', async () => {
    const { body } = await postBatch('{\n'.repeat(1_200));
    expect(body).toMatchObject({ lines: 1_200, malformed: 1_200 });
    expect(body.malformedLines).toHaveLength(1_000);
    expect((await batch(body.batchId)).malformedLines.at(-1)).toMatchObject({ line: 1_000 });
  });

  test('of more than a call of the Queue takes is sent in several', async () => {
    const sent = vi.spyOn(env.BATCH_QUEUE, 'sendBatch').mockResolvedValue(undefined as never);
    const wide = { dataInfo: { text: 'x'.repeat(20_000) } };
    await worker.fetch(
      new Request('https://merchant.test/passes:batch', {
        ...{ method: 'POST', body: Array.from({ length: 40 }, (_, n) => line(`W${n}`, wide)).join('') },
        headers: { Authorization: `Bearer ${env.API_TOKEN}`, 'Content-Type': 'application/x-ndjson' },
      }),
      env,
      createExecutionContext(),
    );
    const calls = sent.mock.calls.map(([messages]) => [...messages].map(({ body }) => body as BatchMessage));
    expect(calls.length).toBeGreaterThan(3);
    for (const messages of calls) expect(JSON.stringify(messages).length).toBeLessThan(256_000);
    expect(calls.flat(1).flatMap(({ lines }) => lines.map(({ number }) => number))).toEqual(
      Array.from({ length: 40 }, (_, n) => n + 1),
    );
    sent.mockRestore();
  });
});

describe('the Queue', () => {
  const startedAt = Date.now();
  const message = (batchId: string, numbers: number[], passId: string): BatchMessage => ({
    ...{ batchId, startedAt },
    lines: numbers.map((number) => ({
      number,
      update: {
        ...{ ...update, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' },
        dataInfo: { points: number, [`only${number}`]: true },
      },
    })),
  });
  const consume = async (...bodies: BatchMessage[]) => {
    const messages = bodies.map((body, n) => ({ id: `${n}`, timestamp: Date.now(), attempts: 1, body }));
    const queued = createMessageBatch('alipayhk-merchant-batch', messages);
    const context = createExecutionContext();
    await worker.queue(queued as MessageBatch<never>, env);
    return getQueueResult(queued, context);
  };

  test('may deliver a message twice: its lines get the same revisions', async () => {
    const twice = message('twice', [1, 2], 'D1');
    await consume(twice);
    await consume(twice);
    expect(await view('D1')).toMatchObject({ revision: 2 });
  });

  test('may bring a line again that was refused before: what became of it last counts', async () => {
    const { batchId } = (await postBatch('')).body;
    await recordLines(env.DB, batchId, [{ number: 1, passId: 'D2', revision: 0, refusal: 'PassFull' }]);
    expect(await batch(batchId)).toMatchObject({ accepted: 0, refused: 1 });
    await consume(message(batchId, [1], 'D2'));
    expect(await batch(batchId)).toMatchObject({ accepted: 1, refused: 0 });
  });

  test('may deliver the later message first: no later line is overwritten, no earlier one lost', async () => {
    await consume(message('order', [7, 8], 'O1'));
    await vi.waitFor(async () => expect(await view('O1')).toMatchObject({ delivered: 2 }), inTime);
    await consume(message('order', [1, 2], 'O1'));
    await vi.waitFor(async () => expect(await view('O1')).toMatchObject({ state: 'delivered', revision: 4 }), inTime);
    const card = Object.assign({}, ...applied.filter(({ passId }) => passId === 'O1').map(({ dataInfo }) => dataInfo));
    expect(card).toEqual({ points: 8, only1: true, only2: true, only7: true, only8: true });
  });

  test('cannot undo a call that was accepted after the batch', async () => {
    await put('O2', { ...update, dataInfo: undefined, points: 99 });
    await consume(message('before', [3], 'O2'));
    await vi.waitFor(async () => expect(await view('O2')).toMatchObject({ state: 'delivered', revision: 2 }), inTime);
    expect(applied.filter(({ passId }) => passId === 'O2').at(-1)?.dataInfo?.points ?? 99).toBe(99);
    expect(applied.filter(({ passId }) => passId === 'O2').every(({ dataInfo }) => dataInfo?.points !== 3)).toBe(true);
  });

  test('is asked to deliver again what did not get through, and only that', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const broken = message('broken', [1, 2], 'X1');
    Object.assign(broken.lines[0]?.update ?? {}, { passId: 'X0', dataInfo: { count: 1n } }); // no JSON
    const result = await consume(message('whole', [1], 'X2'), broken);
    expect(result).toMatchObject({ explicitAcks: ['0'], retryMessages: [{ msgId: '1' }] });
    expect(await view('X1')).toMatchObject({ revision: 1 });
    const { results } = await env.DB.prepare("SELECT line FROM batch_lines WHERE batch_id = 'broken'").all();
    expect(results).toEqual([{ line: 2 }]);
    expect(log).toHaveBeenCalledWith(expect.stringContaining('BatchMessageFailed'));
  });
});
