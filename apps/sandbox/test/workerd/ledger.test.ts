// What is written down of a request, on a real D1: as received, stage by stage, and what was answered.
import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { formatTime, sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Env } from '../../src/env.ts';
import { type Entry, listEntries, readEntry } from '../../src/ledger-entries.ts';
import worker from '../../src/worker.ts';
import { answerOf, freshPass, gateway, merchant, optionsOf, origin, updateOf, updatePassUrl } from './parties.ts';

beforeEach(async () => {
  vi.spyOn(console, 'warn').mockReturnValue();
  await env.DB.prepare('DELETE FROM ledger').run();
});

/** The only entry. */
async function entry(): Promise<Entry> {
  const { entries } = await listEntries(env.DB, { limit: 10 });
  expect(entries).toHaveLength(1);
  return entries[0] as Entry;
}

/** `target=passed client=refused headers=skipped …`, as far as anything happened. */
function shown({ stages }: Entry): string {
  const words = stages.map(({ stage, verdict }) => `${stage}=${verdict}`);
  return words.slice(0, words.findLastIndex((word) => !word.endsWith('=skipped')) + 1).join(' ');
}

const all = 'target=passed client=passed headers=passed body=passed signature=passed time=passed';

describe('an update', () => {
  test.each([true, false])('applied, encrypted: %j', async (encrypted) => {
    const pass = await freshPass();
    const update = { ...updateOf(pass), dataInfo: { points: 5, level: '金卡' } };
    const { tracerId, resultInfo } = await (await merchant('merchant-1', encrypted)).updatePass(update);
    const written = await entry();
    expect(written).toMatchObject({
      ...{ tracerId, clientId: 'merchant-1', passId: pass.passId, method: 'POST', update, encrypted, applied: true },
      ...{ revision: 1, fault: null, resultInfo, keyVersion: null, receivedAt: expect.any(Number) },
      httpUri: new URL(updatePassUrl).pathname,
      reply: { status: 200, headers: expect.arrayContaining([['tracer-id', tracerId]]) },
    });
    expect(shown(written)).toBe(`${all} decryption=${encrypted ? 'passed' : 'skipped'} contract=passed pass=passed`);
    expect(written.body === JSON.stringify(update)).toBe(!encrypted);
    expect(written.bodyBytes).toBe(new TextEncoder().encode(written.body).length);
    expect(await readEntry(env.DB, tracerId ?? '')).toEqual(written);
  });

  test('refused by the rules of the pass', async () => {
    const update = { ...updateOf(await freshPass()), userId: 'another' };
    const refusal = (await merchant('merchant-1', false)).updatePass(update);
    await expect(refusal).rejects.toMatchObject({ code: 'ResultNotSuccess' });
    const written = await entry();
    expect(written).toMatchObject({ applied: false, revision: null, update });
    expect(written.stages.at(-1)).toEqual({ stage: 'pass', verdict: 'refused', reason: 'USER_NOT_EXSITS' });
  });

  test('its effect and its entry are one: without the one there is not the other', async () => {
    const pass = await freshPass();
    await env.DB.exec(
      "CREATE TRIGGER stuck BEFORE UPDATE OF applied ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is stuck'); END",
    );
    try {
      const refusal = (await merchant('merchant-1', false)).updatePass(updateOf(pass));
      await expect(refusal).rejects.toMatchObject({ resultInfo: { resultStatus: 'U' } });
    } finally {
      await env.DB.exec('DROP TRIGGER stuck');
    }
    const { body } = await answerOf('GET', `/passes/${pass.passId}`);
    expect(body).toMatchObject({ revision: 0 });
    expect(await entry()).toMatchObject({ applied: false });
  });
});

describe('a request that is refused: the stage, and why', () => {
  type Change = (sealed: Request) => Request;
  const header =
    (name: string, value: string): Change =>
    (sealed) => {
      const headers = new Headers(sealed.headers);
      headers.set(name, value);
      return new Request(sealed, { headers });
    };
  const body =
    (text: string | Uint8Array): Change =>
    (sealed) =>
      new Request(sealed, { body: text });
  const late = formatTime(Date.now() - 900_000);

  test.each<[what: string, change: Change, text: string, stages: string, reason: RegExp, sealing?: object]>([
    [
      'another path',
      (sealed) => new Request(`${origin}/other`, sealed),
      '{}',
      'target=refused',
      /^the path is unknown/,
    ],
    [
      'another method',
      (sealed) => new Request(sealed, { method: 'PUT' }),
      '{}',
      'target=refused',
      /^the method is not POST/,
    ],
    [
      'another type',
      header('Content-Type', 'text/xml'),
      '{}',
      'target=refused',
      /^Content-Type header is not accepted/,
    ],
    [
      'a stranger',
      header('Client-Id', 'stranger'),
      '{}',
      'target=passed client=refused',
      /^Client-Id header names an unknown client/,
    ],
    ['no signature', header('Signature', ''), '{}', 'headers=refused', /^missing Signature header$/],
    [
      'a time of no form',
      header('Request-Time', 'now'),
      '{}',
      'headers=refused',
      /^Request-Time header is .*expected ISO/,
    ],
    ['no symmetric key', header('Encrypt', 'x'), '{}', 'headers=refused', /^Encrypt header /],
    ['too much', (sealed) => sealed, 'x'.repeat(1_100_000), 'body=refused', /longer than 1048576 bytes/],
    ['another body', body('{"a":1}'), '{}', 'body=passed signature=refused', /does not verify/],
    ['a body of no text', body(Uint8Array.of(255, 0)), '{}', 'body=passed signature=refused', /does not verify/],
    ['another algorithm', header('Signature', 'algorithm=X, signature=AA'), '{}', 'signature=refused', /algorithm/],
    [
      'too late',
      (sealed) => sealed,
      '{}',
      'signature=passed time=refused',
      /within 300 s/,
      { now: () => Date.parse(late) },
    ],
    [
      'no ciphertext',
      header('Encrypt', 'symmetricKey=AAAA'),
      '{}',
      'time=passed decryption=refused',
      /does not decrypt/,
    ],
    ['an unknown version', header('Encrypt', 'algorithm=X, symmetricKey=AA'), '{}', 'decryption=refused', /algorithm/],
    ['no JSON', (sealed) => sealed, 'secret-note', 'contract=refused', /^the body is not JSON/],
    ['no update', (sealed) => sealed, '{"passId":"P"}', 'contract=refused', /merchantId is missing/],
  ])('%s', async (_, change, text, stages, reason, sealing = {}) => {
    const options = { ...(await optionsOf('merchant-1')), encryption: undefined, ...sealing };
    const sealed = await sealRequest(new Request(updatePassUrl, { method: 'POST', body: text }), options);
    const response = await gateway(change(sealed));
    const written = await entry();
    expect(written.tracerId).toBe(response.headers.get('Tracer-Id'));
    expect(written).toMatchObject({ applied: false, revision: null, update: null, passId: null });
    expect(written.resultInfo?.resultStatus).toBe('F');
    expect(shown(written)).toContain(stages);
    const refused = written.stages.filter(({ verdict }) => verdict === 'refused');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatch(reason);
    expect(refused[0]?.reason).not.toContain('secret-note');
    // Nothing was looked at after that.
    const at = written.stages.findIndex(({ verdict }) => verdict === 'refused');
    expect(new Set(written.stages.slice(at + 1).map(({ verdict }) => verdict))).toEqual(
      new Set(at === written.stages.length - 1 ? [] : ['skipped']),
    );
  });

  test('a keyVersion that is not configured', async () => {
    const keys = [{ keyVersion: '1', publicKey: env.TEST_MERCHANT_PUBLIC_KEYS['merchant-1'] }];
    await answerOf('PUT', '/merchants/versioned', JSON.stringify({ keys }));
    const options = { ...(await optionsOf('merchant-1')), clientId: 'versioned', encryption: undefined };
    const sealed = await sealRequest(new Request(updatePassUrl, { method: 'POST', body: '{}' }), options);
    const signature = sealed.headers.get('Signature') ?? '';
    await gateway(header('Signature', signature.replace(', ', ', keyVersion=2, '))(sealed));
    const written = await entry();
    expect(shown(written)).toContain('body=passed signature=refused');
    expect(written.stages[4]?.reason).toBe('Signature header names a keyVersion that is not configured');
  });
});

describe('bounds', () => {
  test('long texts are cut, bytes that are no text are base64, and what is private is withheld', async () => {
    const headers = {
      ...{
        'Client-Id': 'c'.repeat(100),
        Authorization: 'Bearer of-somebody',
        Cookie: 'session',
        'X-Long': 'x'.repeat(9000),
      },
    };
    await gateway(
      new Request(`${origin}/a?${'q'.repeat(9000)}`, { method: 'POST', headers, body: `${'會'.repeat(30_000)}` }),
    );
    const written = await entry();
    expect(written.clientId).toBe('c'.repeat(64));
    expect(written.httpUri).toHaveLength(2048);
    expect(written.bodyBytes).toBe(90_000);
    expect(written.body).toBe('會'.repeat(1365)); // whole characters of 4 KiB
    const kept = new Map(written.headers);
    expect([kept.get('authorization'), kept.get('cookie'), kept.get('x-long')?.length]).toEqual([
      'withheld',
      'withheld',
      1024,
    ]);
    await env.DB.prepare('DELETE FROM ledger').run();

    await gateway(new Request(`${origin}/a`, { method: 'POST', body: Uint8Array.of(0xff, 0xfe, 0) }));
    expect(await entry()).toMatchObject({ bodyBase64: '//4A', bodyBytes: 3 });
  });

  test('of what verified more is kept, applied or not', async () => {
    const options = { ...(await optionsOf('merchant-1')), encryption: undefined };
    const headers = { 'X-Long': 'x'.repeat(9000) };
    const body = '會'.repeat(30_000);
    await gateway(await sealRequest(new Request(updatePassUrl, { method: 'POST', headers, body }), options));
    const written = await entry();
    expect(shown(written)).toContain('signature=passed');
    expect(written).toMatchObject({ body: '會'.repeat(21_845), bodyBytes: 90_000 }); // whole characters of 64 KiB
    expect(new Map(written.headers).get('x-long')).toHaveLength(4096);
  });

  test('whatever a stranger sends: no more than 20 KiB in the database', async () => {
    const names = Array.from({ length: 200 }, (_, at) => `${'n'.repeat(200)}-${at}`);
    const headers = new Headers(names.map((name): [string, string] => [name, '"'.repeat(900)]));
    for (const name of ['Client-Id', 'Signature', 'Encrypt', 'Request-Time']) headers.set(name, '"'.repeat(9000));
    const merchantToo = new Headers(headers);
    merchantToo.set('Client-Id', 'merchant-1');
    for (const sent of [headers, merchantToo]) {
      for (const body of ['會'.repeat(300_000), new Uint8Array(1_000_000).fill(0xff)]) {
        const url = `${updatePassUrl}?${'q'.repeat(9000)}`;
        await gateway(new Request(url, { method: 'POST', headers: sent, body }));
        await gateway(new Request(updatePassUrl, { method: 'POST', headers: sent, body }));
      }
    }
    const { results } = await env.DB.prepare('SELECT * FROM ledger').all();
    expect(results).toHaveLength(8);
    const bytes = (row: object): number => new TextEncoder().encode(Object.values(row).join('')).length;
    for (const row of results) expect(bytes(row)).toBeLessThan(20 * 1024);
  });

  test('a list holds no more than 2 MiB, and says where it goes on', async () => {
    const pass = await freshPass();
    await (await merchant('merchant-1', false)).updatePass(updateOf(pass));
    const { id } = await entry();
    const copy = env.DB.prepare(
      `INSERT INTO ledger (received_at, pass_id, method, http_uri, headers, body, body_bytes, encrypted)
       SELECT received_at, pass_id, method, http_uri, headers, ?2, 65536, 0 FROM ledger WHERE id = ?1`,
    );
    await env.DB.batch(Array.from({ length: 60 }, () => copy.bind(id, 'x'.repeat(65_536))));
    const ids: number[] = [];
    const lengths: number[] = [];
    for (let after: number | undefined = 0; after !== undefined; ) {
      const { entries, next } = await listEntries(env.DB, { after, limit: 100 });
      expect(JSON.stringify(entries).length).toBeLessThan(2.2 * 1024 * 1024);
      lengths.push(entries.length);
      ids.push(...entries.map((each) => each.id));
      after = next;
    }
    expect(ids).toEqual(Array.from({ length: 61 }, (_, at) => id + at));
    expect(lengths).toEqual([32, 29]);
  });

  test('an update over 64 KiB is applied, and left out of the entry', async () => {
    const pass = await freshPass();
    const update = { ...updateOf(pass), dataInfo: { note: 'x'.repeat(70_000) } };
    await (await merchant('merchant-1', false)).updatePass(update);
    expect(await entry()).toMatchObject({ applied: true, update: null, passId: pass.passId });
  });

  test('it forgets the oldest', async () => {
    const ask = () => worker.fetch(new Request(origin), { ...env, LEDGER_ROWS: '20' } as Env, createExecutionContext());
    for (let count = 0; count < 130; count++) await ask();
    const { results } = await env.DB.prepare('SELECT count(*) AS rows, max(id) AS last FROM ledger').all<{
      rows: number;
      last: number;
    }>();
    const [{ rows, last } = { rows: 0, last: 0 }] = results;
    expect(rows).toBe(20 + (last % 100)); // once in a hundred, as of the last of these
  });

  test('strangers push out no more than half of it: the newest updates that verified stay', async () => {
    const pass = await freshPass();
    const client = await merchant('merchant-1', false);
    for (let count = 0; count < 12; count++) await client.updatePass(updateOf(pass));
    const bounded = { ...env, LEDGER_ROWS: '20' } as Env;
    const strange = () => worker.fetch(new Request(origin), bounded, createExecutionContext());
    for (let count = 0; count < 130; count++) await strange();
    const { entries } = await listEntries(env.DB, { passId: pass.passId, limit: 100 });
    expect(entries.map(({ revision }) => revision)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const { rows, last } = (await env.DB.prepare('SELECT count(*) AS rows, max(id) AS last FROM ledger').first()) as {
      rows: number;
      last: number;
    };
    expect(rows).toBe(20 + (last % 100));
  });

  test('a page of another origin leaves no entry', async () => {
    for (const site of ['cross-site', 'same-site']) {
      const init = { method: 'POST', headers: { 'Sec-Fetch-Site': site, 'Content-Type': 'text/plain' }, body: 'x' };
      const response = await gateway(new Request(updatePassUrl, init));
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ error: { issues: [{ path: 'Sec-Fetch-Site' }] } });
    }
    expect((await listEntries(env.DB, { limit: 10 })).entries).toEqual([]);
    for (const site of ['same-origin', 'none']) {
      await gateway(new Request(updatePassUrl, { method: 'POST', headers: { 'Sec-Fetch-Site': site }, body: 'x' }));
    }
    expect((await listEntries(env.DB, { limit: 10 })).entries).toHaveLength(2);
  });
});

describe('a ledger that fails: HTTP 500 and never an S', () => {
  test.each([
    ['at receipt', 'BEFORE INSERT', 0],
    ['before the answer', 'BEFORE UPDATE OF reply', 1],
  ])('%s', async (_, when, revision) => {
    const error = vi.spyOn(console, 'error').mockReturnValue();
    const pass = await freshPass();
    await env.DB.exec(`CREATE TRIGGER stuck ${when} ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is stuck'); END`);
    try {
      const refusal = (await merchant('merchant-1', false)).updatePass(updateOf(pass));
      await expect(refusal).rejects.toMatchObject({ code: 'ResponseUnexpected', response: { status: 500 } });
    } finally {
      await env.DB.exec('DROP TRIGGER stuck');
    }
    expect(error).toHaveBeenCalledOnce();
    expect((await answerOf('GET', `/passes/${pass.passId}`)).body).toMatchObject({ revision });
  });
});

test('read by client and by pass, page by page, and emptied', async () => {
  const [one, two] = [await freshPass(), await freshPass({ clientId: 'merchant-2' })];
  const [first, second] = [await merchant('merchant-1', false), await merchant('merchant-2', true)];
  for (let count = 0; count < 3; count++) await first.updatePass(updateOf(one));
  await second.updatePass(updateOf(two));
  const read = async (query: string) => {
    const { entries, next } = (await answerOf('GET', `/ledger?${query}`)).body as { entries: Entry[]; next?: number };
    return { of: entries.map(({ passId }) => passId), ids: entries.map(({ id }) => id), next };
  };
  expect((await read('')).of).toEqual([one.passId, one.passId, one.passId, two.passId]);
  expect((await read('clientId=merchant-2')).of).toEqual([two.passId]);
  const page = await read(`passId=${one.passId}&limit=2`);
  expect(page).toMatchObject({ of: [one.passId, one.passId], next: page.ids[1] });
  expect((await read(`passId=${one.passId}&after=${page.next}`)).of).toEqual([one.passId]);
  expect(await answerOf('GET', '/ledger/none')).toMatchObject({ status: 404, body: { error: { code: 'NotFound' } } });
  expect(await answerOf('DELETE', '/ledger')).toEqual({ status: 200, body: { deleted: 4 } });
  expect((await read('')).of).toEqual([]);
});
