// Which requests take a fault, how often, and what chaos draws. What each fault does is in apps/sandbox/test.
import { sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test } from 'vitest';
import type { NewFault } from '../../src/client.ts';
import { catalog } from '../../src/faults/catalog.ts';
import { draw } from '../../src/faults/chaos.ts';
import { statement } from '../../src/store.ts';
import { addFault, listFaults, maxActive, removeFaults, takeFault } from '../../src/tables/faults.ts';
import { admin, freshPass, merchant, optionsOf, sandbox, store, stored, updateOf, updatePassUrl } from '../parties.ts';

beforeEach(async () => void (await removeFaults(store)));

/** The name of the fault that a request takes. */
async function taken(clientId: string, passId: string): Promise<string | undefined> {
  return (await takeFault(store, { clientId, passId }))?.fault.name;
}

test('the catalog shows each fault once, with a sentence', async () => {
  const { catalog: shown, active } = await admin.listFaults();
  expect(active).toEqual([]);
  expect(new Set(shown.map(({ name }) => name)).size).toBe(shown.length);
  expect(shown.map(({ name }) => name)).toEqual([...catalog.map(({ name }) => name), 'chaos']);
  for (const { description } of shown) expect(description).toMatch(/^[A-Z].{20,}\.$/);
});

describe('a fault is taken by a request', () => {
  test('of its client, to its pass, or by any', async () => {
    await admin.addFault({ name: 'hang', clientId: 'c1', passId: 'p1' });
    await admin.addFault({ name: 'reset', clientId: 'c2' });
    await admin.addFault({ name: 'http-500', passId: 'p3' });
    expect(await taken('c1', 'p1')).toBe('hang');
    expect(await taken('c1', 'p2')).toBeUndefined();
    expect(await taken('c2', 'p2')).toBe('reset');
    expect(await taken('c9', 'p3')).toBe('http-500');
    await admin.addFault({ name: 'http-502' });
    expect(await taken('c1', 'p2')).toBe('http-502');
  });

  test('for the pass before one for the client, and that before one for all; the oldest of equals', async () => {
    await admin.addFault({ name: 'reset' });
    await admin.addFault({ name: 'hang' });
    await admin.addFault({ name: 'http-500', clientId: 'c1' });
    await admin.addFault({ name: 'http-502', passId: 'p1' });
    expect(await taken('c1', 'p1')).toBe('http-502');
    expect(await taken('c1', 'p2')).toBe('http-500');
    expect(await taken('c2', 'p2')).toBe('reset');
  });

  test('only if that verifies and fits the contract', async () => {
    const pass = await freshPass();
    await admin.addFault({ name: 'SYSTEM_ERROR', times: 1 });
    const send = async (body: object, header: [string, string] = ['X-Own', '']) => {
      const options = { ...(await optionsOf('merchant-1')), encryption: undefined };
      const plain = new Request(updatePassUrl, { method: 'POST', body: JSON.stringify(body) });
      const sealed = await sealRequest(plain, options);
      const headers = new Headers(sealed.headers);
      headers.set(...header);
      const response = await sandbox(new Request(sealed, { headers }));
      return ((await response.json()) as { resultInfo: { resultCode: string } }).resultInfo.resultCode;
    };
    expect(await send(updateOf(pass), ['Signature', 'signature=AAAA'])).toBe('INVALID_SIGNATURE');
    expect(await send({ ...updateOf(pass), status: 'USED' })).toBe('PARAM_ILLEGAL');
    expect(await listFaults(store)).toMatchObject([{ name: 'SYSTEM_ERROR', remaining: 1 }]);
    expect(await send(updateOf(pass))).toBe('SYSTEM_ERROR');
  });
});

describe('a fault is taken', () => {
  test('as many times as asked for, and never more by concurrent requests', async () => {
    expect(await admin.addFault({ name: 'hang', times: 3 })).toEqual({
      ...{ id: expect.any(Number), name: 'hang', times: 3, remaining: 3 },
    });
    expect(await taken('c', 'p')).toBe('hang');
    expect(await listFaults(store)).toMatchObject([{ times: 3, remaining: 2 }]);
    const many = await Promise.all(Array.from({ length: 20 }, () => taken('c', 'p')));
    expect(many.filter((name) => name === 'hang')).toHaveLength(2);
    expect(await listFaults(store)).toEqual([]);
  });

  test('until it is removed, if times is not given', async () => {
    const { id } = await admin.addFault({ name: 'hang' });
    for (let count = 0; count < 5; count++) expect(await taken('c', 'p')).toBe('hang');
    expect(await listFaults(store)).toEqual([{ id, name: 'hang' }]);
    expect(await admin.removeFault(id)).toEqual({ deleted: 1 });
    await expect(admin.removeFault(id)).rejects.toMatchObject({ status: 404, message: 'no such active fault' });
    expect(await taken('c', 'p')).toBeUndefined();
  });
});

test('POST /sandbox/faults gives 409 if too many are active', async () => {
  await store.run(Array.from({ length: maxActive }, () => statement("INSERT INTO faults (name) VALUES ('hang')")));
  const refused = admin.addFault({ name: 'hang' });
  await expect(refused).rejects.toMatchObject({ status: 409, message: `${maxActive} faults are active already` });
  expect(await admin.removeFaults()).toEqual({ deleted: maxActive });
  expect(await admin.addFault({ name: 'hang' })).toMatchObject({ name: 'hang' });
});

test('delay replies no sooner than it says', async () => {
  const pass = await freshPass();
  await addFault(store, { name: 'delay', passId: pass.passId, delayMs: 300 });
  const before = Date.now();
  await (await merchant('merchant-1', false)).updatePass(updateOf(pass));
  expect(Date.now() - before).toBeGreaterThanOrEqual(290); // a timer may fire a little early
});

describe('chaos', () => {
  const chaos: NewFault = { name: 'chaos', seed: 'seed-1', rate: 0.5, of: ['hang', 'reset', 'http-500'] };
  const run = async (fault: NewFault): Promise<(string | undefined)[]> => {
    await removeFaults(store);
    await admin.addFault(fault);
    const names: (string | undefined)[] = [];
    for (let count = 0; count < 40; count++) names.push(await taken('c', 'p'));
    return names;
  };

  test('draws the same faults for the same seed, others for another', async () => {
    const first = await run(chaos);
    expect(await run(chaos)).toEqual(first);
    expect(await run({ ...chaos, seed: 'seed-2' })).not.toEqual(first);
    expect(new Set(first)).toEqual(new Set([undefined, 'hang', 'reset', 'http-500']));
  });

  test('takes a number as its seed', async () => {
    expect(await run({ ...chaos, seed: 7 })).toEqual(await run({ ...chaos, seed: '7' }));
  });

  test('draws none at rate 0, one for each request at rate 1, from all unless named', async () => {
    expect(new Set(await run({ ...chaos, rate: 0 }))).toEqual(new Set([undefined]));
    const all = await run({ name: 'chaos', seed: 's', rate: 1 });
    expect(all).not.toContain(undefined);
    expect(new Set(all).size).toBeGreaterThan(15);
  });

  test('draws for about its rate of requests', async () => {
    const draws = await Promise.all(
      Array.from({ length: 2000 }, (_, count) => draw({ seed: 's', rate: 0.3, of: ['hang'], count })),
    );
    const share = draws.filter((name) => name !== undefined).length / draws.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });

  test('leaves a revision for each update that took effect', async () => {
    const pass = await freshPass();
    const of = ['SYSTEM_ERROR', 'applied-but-unknown'];
    await admin.addFault({ name: 'chaos', passId: pass.passId, seed: 1, rate: 0.6, of });
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

test('POST /sandbox/reset makes passes as new and empties ledger and faults', async () => {
  const pass = await freshPass();
  const client = await merchant('merchant-1', false);
  await client.updatePass({ ...updateOf(pass), status: 'CLOSED', endDate: 5, dataInfo: { points: 5, level: 'GOLD' } });
  await admin.addFault({ name: 'hang' });
  expect(await admin.reset()).toEqual({ reset: true });
  expect(await stored(pass)).toMatchObject({
    ...{ status: 'ACTIVE', endDate: null, dataInfo: null, points: null, level: null, revision: 0 },
  });
  expect(await admin.listEntries()).toEqual({ entries: [] });
  expect(await admin.listFaults()).toMatchObject({ active: [] });
  await client.updatePass(updateOf(pass));
  expect(await admin.resetPass(pass.passId)).toMatchObject({ revision: 0 });
});
