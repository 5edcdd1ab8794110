// How much the ledger keeps: of one request, in one list, and altogether.
import { formatTime, sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test } from 'vitest';
import { statement } from '../../src/store.ts';
import { type Entry, listEntries } from '../../src/tables/ledger-entries.ts';
import {
  execute,
  freshPass,
  merchant,
  optionsOf,
  origin,
  sandbox,
  sandboxWith,
  store,
  updateOf,
  updatePassUrl,
} from '../parties.ts';

beforeEach(async () => void (await execute('DELETE FROM ledger')));

/** The only entry. */
async function entry(): Promise<Entry> {
  const { entries } = await listEntries(store, { limit: 10 });
  expect(entries).toHaveLength(1);
  return entries[0] as Entry;
}

/** Headers of a request with a body that is read and a signature that does not verify. */
const unverified = () => ({
  'Client-Id': 'merchant-1',
  'Content-Type': 'application/json',
  'Request-Time': formatTime(Date.now()),
  Signature: 'signature=AAAA',
});

const post = (url: string, headers: HeadersInit, body: string | Uint8Array<ArrayBuffer>) =>
  sandbox(new Request(url, { method: 'POST', headers, body }));

describe('of a request that does not verify, the ledger', () => {
  test('cuts the body at 4 KiB, after a whole character', async () => {
    await post(updatePassUrl, unverified(), '會'.repeat(30_000));
    expect(await entry()).toMatchObject({ body: '會'.repeat(1365), bodyBytes: 90_000 });
  });

  test('keeps a body that is not text as base64', async () => {
    await post(updatePassUrl, unverified(), Uint8Array.of(0xff, 0xfe, 0));
    expect(await entry()).toMatchObject({ bodyBase64: '//4A', bodyBytes: 3 });
  });

  test('keeps no body that was not read to its end', async () => {
    await post(updatePassUrl, unverified(), 'x'.repeat(1_100_000));
    await post(`${origin}/other`, unverified(), 'x');
    const { entries } = await listEntries(store, { limit: 10 });
    for (const written of entries) {
      expect(written.bodyBytes).toBeNull();
      expect(written).not.toHaveProperty('body');
    }
    const refused = entries.map(({ stages }) => stages.find(({ verdict }) => verdict === 'refused')?.stage);
    expect(refused).toEqual(['body', 'target']);
  });

  test('cuts path, Client-Id and headers, and withholds what is private', async () => {
    const own = { Authorization: 'Bearer of-somebody', Cookie: 'session', 'X-Long': 'x'.repeat(9000) };
    await post(`${origin}/a?${'q'.repeat(9000)}`, { ...own, 'Client-Id': 'c'.repeat(100) }, 'x');
    const written = await entry();
    expect(written.clientId).toBe('c'.repeat(64));
    expect(written.httpUri).toHaveLength(2048);
    const kept = new Map(written.headers);
    const shown = [kept.get('authorization'), kept.get('cookie'), kept.get('x-long')?.length];
    expect(shown).toEqual(['withheld', 'withheld', 1024]);
  });

  test('takes less than 20 KiB of the database, whatever a stranger sends', async () => {
    const names = Array.from({ length: 200 }, (_, at) => `${'n'.repeat(200)}-${at}`);
    const headers = new Headers(names.map((name): [string, string] => [name, '"'.repeat(900)]));
    for (const name of ['Client-Id', 'Signature', 'Encrypt', 'Request-Time']) headers.set(name, '"'.repeat(9000));
    const merchantToo = new Headers(headers);
    for (const [name, value] of Object.entries(unverified())) merchantToo.set(name, value);
    merchantToo.delete('Encrypt');
    for (const sent of [headers, merchantToo]) {
      for (const body of ['會'.repeat(300_000), new Uint8Array(1_000_000).fill(0xff)]) {
        await post(`${updatePassUrl}?${'q'.repeat(9000)}`, sent, body);
        await post(updatePassUrl, sent, body);
      }
    }
    const rows = await execute('SELECT * FROM ledger');
    expect(rows).toHaveLength(8);
    const bytes = (row: object): number => new TextEncoder().encode(Object.values(row).join('')).length;
    for (const row of rows) expect(bytes(row)).toBeLessThan(20 * 1024);
    expect(rows.some(({ body }) => body !== null)).toBe(true); // some bodies were read
  });
});

describe('of a request that verifies, the ledger', () => {
  test('keeps 64 KiB of the body and more of the headers, applied or not', async () => {
    const options = { ...(await optionsOf('merchant-1')), encryption: undefined };
    const headers = { 'X-Long': 'x'.repeat(9000) };
    const body = '會'.repeat(30_000);
    await sandbox(await sealRequest(new Request(updatePassUrl, { method: 'POST', headers, body }), options));
    const written = await entry();
    expect(written.stages).toContainEqual({ stage: 'signature', verdict: 'passed' });
    expect(written).toMatchObject({ body: '會'.repeat(21_845), bodyBytes: 90_000 });
    expect(new Map(written.headers).get('x-long')).toHaveLength(4096);
  });

  test('leaves out an update over 64 KiB, which is applied nevertheless', async () => {
    const pass = await freshPass();
    const update = { ...updateOf(pass), dataInfo: { note: 'x'.repeat(70_000) } };
    await (await merchant('merchant-1', false)).updatePass(update);
    expect(await entry()).toMatchObject({ applied: true, update: null, passId: pass.passId });
  });
});

test('a list of entries holds at most 2 MiB, and says where the next page goes on', async () => {
  const pass = await freshPass();
  await (await merchant('merchant-1', false)).updatePass(updateOf(pass));
  const { id } = await entry();
  const copy = `INSERT INTO ledger (received_at, pass_id, method, http_uri, headers, body, body_bytes, encrypted)
    SELECT received_at, pass_id, method, http_uri, headers, ?2, 65536, 0 FROM ledger WHERE id = ?1`;
  await store.run(Array.from({ length: 60 }, () => statement(copy, id, 'x'.repeat(65_536))));
  const ids: number[] = [];
  const lengths: number[] = [];
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { entries, next } = await listEntries(store, { after, limit: 100 });
    expect(JSON.stringify(entries).length).toBeLessThan(2.2 * 1024 * 1024);
    lengths.push(entries.length);
    ids.push(...entries.map((each) => each.id));
    after = next;
  }
  expect(ids).toEqual(Array.from({ length: 61 }, (_, at) => id + at));
  expect(lengths).toEqual([32, 29]);
});

describe('a full ledger', () => {
  const stranger = () => new Request(`${origin}/other`, { method: 'POST' });
  /** Once in a hundred entries those over the bound are deleted. */
  async function expectBound(rows: number): Promise<void> {
    const [counted] = await execute('SELECT count(*) AS rows, max(id) AS last FROM ledger');
    expect(counted?.rows).toBe(rows + (Number(counted?.last) % 100));
  }

  test('deletes the oldest entries', async () => {
    const bounded = await sandboxWith({ ledgerRows: 20 });
    for (let count = 0; count < 130; count++) await bounded(stranger());
    await expectBound(20);
  });

  test('keeps half of its entries for the newest updates that verified, whatever strangers send', async () => {
    const pass = await freshPass();
    const client = await merchant('merchant-1', false);
    for (let count = 0; count < 12; count++) await client.updatePass(updateOf(pass));
    const bounded = await sandboxWith({ ledgerRows: 20 });
    for (let count = 0; count < 130; count++) await bounded(stranger());
    const { entries } = await listEntries(store, { passId: pass.passId, limit: 100 });
    expect(entries.map(({ revision }) => revision)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    await expectBound(20);
  });
});

test('a request from a page of another origin is refused and leaves no entry', async () => {
  for (const site of ['cross-site', 'same-site']) {
    const response = await post(updatePassUrl, { 'Sec-Fetch-Site': site, 'Content-Type': 'text/plain' }, 'x');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { issues: [{ path: 'Sec-Fetch-Site' }] } });
  }
  expect((await listEntries(store, { limit: 10 })).entries).toEqual([]);
  for (const site of ['same-origin', 'none']) await post(updatePassUrl, { 'Sec-Fetch-Site': site }, 'x');
  expect((await listEntries(store, { limit: 10 })).entries).toHaveLength(2);
});
