// Which requests a fault befalls, how often, and what chaos draws. What each fault does is in ../faults.test.ts.
import { env } from 'cloudflare:workers';
import { sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { armFault, disarmFaults, listFaults, maxActive, takeFault } from '../../src/faults/active.ts';
import { catalog } from '../../src/faults/catalog.ts';
import { draw } from '../../src/faults/chaos.ts';
import { answerOf, freshPass, gateway, merchant, optionsOf, stored, updateOf, updatePassUrl } from './parties.ts';

beforeEach(async () => void (await disarmFaults(env.DB)));

const post = (fault: object) => answerOf('POST', '/faults', JSON.stringify(fault));
const of = (clientId: string, passId: string) => ({ clientId, passId });

/** The name of the fault that befalls a request. */
async function taken(clientId: string, passId: string): Promise<string | undefined> {
  return (await takeFault(env.DB, of(clientId, passId)))?.fault.name;
}

test('the catalog: each once, with a sentence', async () => {
  const { body } = await answerOf('GET', '/faults');
  const { catalog: shown, active } = body as { catalog: { name: string; description: string }[]; active: object[] };
  expect(active).toEqual([]);
  expect(new Set(shown.map(({ name }) => name)).size).toBe(shown.length);
  expect(shown.map(({ name }) => name)).toEqual([...catalog.map(({ name }) => name), 'chaos']);
  for (const { description } of shown) expect(description).toMatch(/^[A-Z].{20,}\.$/);
});

describe('which request', () => {
  test('of a client, to a pass, or any', async () => {
    await post({ name: 'hang', clientId: 'c1', passId: 'p1' });
    await post({ name: 'reset', clientId: 'c2' });
    await post({ name: 'http-500', passId: 'p3' });
    expect(await taken('c1', 'p1')).toBe('hang');
    expect(await taken('c1', 'p2')).toBeUndefined();
    expect(await taken('c2', 'p2')).toBe('reset');
    expect(await taken('c9', 'p3')).toBe('http-500');
    await post({ name: 'http-502' });
    expect(await taken('c1', 'p2')).toBe('http-502');
  });

  test('the nearest: of the pass, then of the client, then any; the oldest of equals', async () => {
    for (const fault of [
      { name: 'reset' },
      { name: 'hang' },
      { name: 'http-500', clientId: 'c1' },
      { name: 'http-502', passId: 'p1' },
    ]) {
      await post(fault);
    }
    expect(await taken('c1', 'p1')).toBe('http-502');
    expect(await taken('c1', 'p2')).toBe('http-500');
    expect(await taken('c2', 'p2')).toBe('reset');
  });

  test('a request that does not verify, or does not fit the contract, is befallen by none', async () => {
    const pass = await freshPass();
    await post({ name: 'SYSTEM_ERROR', times: 1 });
    vi.spyOn(console, 'warn').mockReturnValue();
    const send = async (body: object, header: [string, string] = ['X-Own', '']) => {
      const options = { ...(await optionsOf('merchant-1')), encryption: undefined };
      const plain = new Request(updatePassUrl, { method: 'POST', body: JSON.stringify(body) });
      const sealed = await sealRequest(plain, options);
      sealed.headers.set(...header);
      return (await (await gateway(sealed)).json()) as { resultInfo: { resultCode: string } };
    };
    expect(await send(updateOf(pass), ['Signature', 'signature=AAAA'])).toMatchObject({
      resultInfo: { resultCode: 'INVALID_SIGNATURE' },
    });
    expect(await send({ ...updateOf(pass), status: 'USED' })).toMatchObject({
      resultInfo: { resultCode: 'PARAM_ILLEGAL' },
    });
    expect(await listFaults(env.DB)).toMatchObject([{ name: 'SYSTEM_ERROR', remaining: 1 }]);
    expect(await send(updateOf(pass))).toMatchObject({ resultInfo: { resultCode: 'SYSTEM_ERROR' } });
  });
});

describe('how often', () => {
  test('times are counted down, and never exceeded by many at once', async () => {
    const { status, body } = await post({ name: 'hang', times: 3 });
    expect([status, body]).toEqual([201, { id: expect.any(Number), name: 'hang', times: 3, remaining: 3 }]);
    expect(await taken('c', 'p')).toBe('hang');
    expect(await listFaults(env.DB)).toMatchObject([{ times: 3, remaining: 2 }]);
    const many = await Promise.all(Array.from({ length: 20 }, () => taken('c', 'p')));
    expect(many.filter((name) => name === 'hang')).toHaveLength(2);
    expect(await listFaults(env.DB)).toEqual([]);
  });

  test('without times, until it is taken back', async () => {
    const { body } = await post({ name: 'hang' });
    for (let count = 0; count < 5; count++) expect(await taken('c', 'p')).toBe('hang');
    expect(await listFaults(env.DB)).toEqual([{ id: expect.any(Number), name: 'hang' }]);
    const path = `/faults/${(body as { id: number }).id}`;
    expect(await answerOf('DELETE', path)).toEqual({ status: 200, body: { deleted: 1 } });
    expect(await answerOf('DELETE', path)).toMatchObject({ status: 404, body: { error: { code: 'NotFound' } } });
    expect(await taken('c', 'p')).toBeUndefined();
  });

  test('so many and no more', async () => {
    const insert = env.DB.prepare("INSERT INTO faults (name) VALUES ('hang')");
    await env.DB.batch(Array.from({ length: maxActive }, () => insert));
    expect(await post({ name: 'hang' })).toMatchObject({ status: 409, body: { error: { code: 'Conflict' } } });
    expect(await answerOf('DELETE', '/faults')).toEqual({ status: 200, body: { deleted: maxActive } });
    expect((await post({ name: 'hang' })).status).toBe(201);
  });
});

test('delay: the answer comes no sooner', async () => {
  const pass = await freshPass();
  await armFault(env.DB, { name: 'delay', passId: pass.passId, delayMs: 300 });
  const before = Date.now();
  await (await merchant('merchant-1', false)).updatePass(updateOf(pass));
  expect(Date.now() - before).toBeGreaterThanOrEqual(290); // a timer may fire a little early
});

describe('chaos', () => {
  const chaos = { name: 'chaos', seed: 'seed-1', rate: 0.5, of: ['hang', 'reset', 'http-500'] };
  const run = async (fault: object): Promise<(string | undefined)[]> => {
    await disarmFaults(env.DB);
    expect((await post(fault)).status).toBe(201);
    const names: (string | undefined)[] = [];
    for (let count = 0; count < 40; count++) names.push(await taken('c', 'p'));
    return names;
  };

  test('the same seed brings the same faults, another seed others', async () => {
    const first = await run(chaos);
    expect(await run(chaos)).toEqual(first);
    expect(await run({ ...chaos, seed: 'seed-2' })).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([undefined, ...chaos.of]));
  });

  test('a seed may be a number', async () => {
    expect(await run({ ...chaos, seed: 7 })).toEqual(await run({ ...chaos, seed: '7' }));
  });

  test('rate 0 draws none, rate 1 one for each, of all unless named', async () => {
    expect(new Set(await run({ ...chaos, rate: 0 }))).toEqual(new Set([undefined]));
    const all = await run({ name: 'chaos', seed: 's', rate: 1 });
    expect(all).not.toContain(undefined);
    expect(new Set(all).size).toBeGreaterThan(15);
  });

  test('about the rate', async () => {
    const draws = await Promise.all(
      Array.from({ length: 2000 }, (_, count) => draw({ seed: 's', rate: 0.3, of: ['hang'], count })),
    );
    const share = draws.filter((name) => name !== undefined).length / draws.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });

  test('through the Worker: revision and ledger tell which took effect', async () => {
    const pass = await freshPass();
    await post({ name: 'chaos', passId: pass.passId, seed: 1, rate: 0.6, of: ['SYSTEM_ERROR', 'applied-but-unknown'] });
    const client = await merchant('merchant-1', true);
    const outcomes: string[] = [];
    for (let count = 0; count < 20; count++) {
      outcomes.push(
        await client.updatePass(updateOf(pass)).then(
          () => 'S',
          (error) => error.resultInfo.resultCode,
        ),
      );
    }
    expect(new Set(outcomes)).toEqual(new Set(['S', 'SYSTEM_ERROR', 'UNKNOWN_EXCEPTION']));
    const unapplied = outcomes.filter((outcome) => outcome === 'SYSTEM_ERROR').length;
    expect((await stored(pass)).revision).toBe(20 - unapplied);
  });
});

test('reset: passes as new, ledger and faults empty', async () => {
  const pass = await freshPass();
  const client = await merchant('merchant-1', false);
  await client.updatePass({ ...updateOf(pass), status: 'CLOSED', endDate: 5, dataInfo: { points: 5, level: 'GOLD' } });
  await post({ name: 'hang' });
  expect(await answerOf('POST', '/reset')).toEqual({ status: 200, body: { reset: true } });
  expect(await stored(pass)).toMatchObject({
    ...{ status: 'ACTIVE', endDate: null, dataInfo: null, points: null, level: null, revision: 0 },
  });
  expect((await answerOf('GET', '/ledger')).body).toEqual({ entries: [] });
  expect((await answerOf('GET', '/faults')).body).toMatchObject({ active: [] });
  await client.updatePass(updateOf(pass));
  expect(await answerOf('POST', `/passes/${pass.passId}/reset`)).toMatchObject({ status: 200, body: { revision: 0 } });
});
