// What is written down of a request: as received, stage by stage, and the reply.
import { formatTime, sealRequest } from '@alipayhk-pass/message-security';
import { beforeEach, describe, expect, test } from 'vitest';
import { type Entry, listEntries, readEntry } from '../../src/tables/ledger-entries.ts';
import {
  admin,
  events,
  execute,
  freshPass,
  merchant,
  merchantKeys,
  optionsOf,
  origin,
  sandbox,
  store,
  stored,
  updateOf,
  updatePassUrl,
} from '../parties.ts';

beforeEach(async () => {
  events.splice(0);
  await execute('DELETE FROM ledger');
});

/** The only entry. */
async function entry(): Promise<Entry> {
  const { entries } = await listEntries(store, { limit: 10 });
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
  test.each([true, false])('is written down once it is applied (encrypted: %j)', async (encrypted) => {
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
    expect(shown(written)).toBe(
      `${all} decryption=${encrypted ? 'passed' : 'skipped'} contract=passed pass=passed sealing=passed`,
    );
    expect(written.body === JSON.stringify(update)).toBe(!encrypted);
    expect(written.bodyBytes).toBe(new TextEncoder().encode(written.body).length);
    expect(await readEntry(store, tracerId ?? '')).toEqual(written);
  });

  test('is written down if the rules of the pass refuse it', async () => {
    const update = { ...updateOf(await freshPass()), userId: 'another' };
    const refusal = (await merchant('merchant-1', false)).updatePass(update);
    await expect(refusal).rejects.toMatchObject({ code: 'ResultNotSuccess' });
    const written = await entry();
    expect(written).toMatchObject({ applied: false, revision: null, update });
    expect(written.stages.at(-2)).toEqual({ stage: 'pass', verdict: 'refused', reason: 'USER_NOT_EXSITS' });
  });

  test('has no effect if its entry cannot be written', async () => {
    const pass = await freshPass();
    await execute(
      "CREATE TRIGGER stuck BEFORE UPDATE OF applied ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is stuck'); END",
    );
    try {
      const refusal = (await merchant('merchant-1', false)).updatePass(updateOf(pass));
      await expect(refusal).rejects.toMatchObject({ resultInfo: { resultStatus: 'U' } });
    } finally {
      await execute('DROP TRIGGER stuck');
    }
    expect(await stored(pass)).toMatchObject({ revision: 0 });
    expect(await entry()).toMatchObject({ applied: false });
  });
});

describe('a refused request is written down with the stage and the reason:', () => {
  type Change = (sealed: Request) => Request;
  const header =
    (name: string, value: string): Change =>
    (sealed) => {
      const headers = new Headers(sealed.headers);
      headers.set(name, value);
      return new Request(sealed, { headers });
    };
  const body =
    (text: string | Uint8Array<ArrayBuffer>): Change =>
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
      'a malformed time',
      header('Request-Time', 'now'),
      '{}',
      'headers=refused',
      /^Request-Time header is .*expected ISO/,
    ],
    ['no symmetric key', header('Encrypt', 'x'), '{}', 'headers=refused', /^Encrypt header /],
    ['a body that is too long', (sealed) => sealed, 'x'.repeat(1_100_000), 'body=refused', /longer than 1048576 bytes/],
    ['another body', body('{"a":1}'), '{}', 'body=passed signature=refused', /does not verify/],
    ['a body that is not text', body(Uint8Array.of(255, 0)), '{}', 'body=passed signature=refused', /does not verify/],
    [
      'another algorithm of signature',
      header('Signature', 'algorithm=X, signature=AA'),
      '{}',
      'signature=refused',
      /algorithm/,
    ],
    [
      'an old time',
      (sealed) => sealed,
      '{}',
      'signature=passed time=refused',
      /within 300 s/,
      { now: () => Date.parse(late) },
    ],
    [
      'a body that is not ciphertext',
      header('Encrypt', 'symmetricKey=AAAA'),
      '{}',
      'time=passed decryption=refused',
      /does not decrypt/,
    ],
    [
      'another algorithm of encryption',
      header('Encrypt', 'algorithm=X, symmetricKey=AA'),
      '{}',
      'decryption=refused',
      /algorithm/,
    ],
    ['a body that is not JSON', (sealed) => sealed, 'secret-note', 'contract=refused', /^the body is not JSON/],
    ['an update without its fields', (sealed) => sealed, '{"passId":"P"}', 'contract=refused', /merchantId is missing/],
  ])('%s', async (_, change, text, stages, reason, sealing = {}) => {
    const options = { ...(await optionsOf('merchant-1')), encryption: undefined, ...sealing };
    const sealed = await sealRequest(new Request(updatePassUrl, { method: 'POST', body: text }), options);
    const response = await sandbox(change(sealed));
    const written = await entry();
    expect(written.tracerId).toBe(response.headers.get('Tracer-Id'));
    expect(written).toMatchObject({ applied: false, revision: null, update: null, passId: null });
    expect(written.resultInfo?.resultStatus).toBe('F');
    expect(shown(written)).toContain(stages);
    const refused = written.stages.filter(({ verdict }) => verdict === 'refused');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toMatch(reason);
    expect(refused[0]?.reason).not.toContain('secret-note');
    // Nothing was checked after that.
    const at = written.stages.findIndex(({ verdict }) => verdict === 'refused');
    expect(new Set(written.stages.slice(at + 1).map(({ verdict }) => verdict))).toEqual(
      new Set(at === written.stages.length - 1 ? [] : ['skipped']),
    );
  });

  test('a keyVersion that is not configured', async () => {
    const keys = [{ keyVersion: '1', publicKey: merchantKeys['merchant-1'].publicKey }];
    await admin.setMerchant({ clientId: 'versioned', keys });
    const options = { ...(await optionsOf('merchant-1')), clientId: 'versioned', encryption: undefined };
    const sealed = await sealRequest(new Request(updatePassUrl, { method: 'POST', body: '{}' }), options);
    const signature = sealed.headers.get('Signature') ?? '';
    await sandbox(header('Signature', signature.replace(', ', ', keyVersion=2, '))(sealed));
    const written = await entry();
    expect(shown(written)).toContain('body=passed signature=refused');
    expect(written.stages[4]?.reason).toBe('Signature header names a keyVersion that is not configured');
  });
});

describe('an update gets HTTP 500 if the ledger fails', () => {
  test.each([
    ['at receipt', 'BEFORE INSERT', 0],
    ['before the reply', 'BEFORE UPDATE OF reply', 1],
  ])('%s', async (_, when, revision) => {
    const pass = await freshPass();
    await execute(`CREATE TRIGGER stuck ${when} ON ledger BEGIN SELECT RAISE(ABORT, 'the ledger is stuck'); END`);
    try {
      const refusal = (await merchant('merchant-1', false)).updatePass(updateOf(pass));
      await expect(refusal).rejects.toMatchObject({ code: 'ResponseUnexpected', response: { status: 500 } });
    } finally {
      await execute('DROP TRIGGER stuck');
    }
    expect(events).toMatchObject([
      { event: 'request-failed', message: expect.stringContaining('the ledger is stuck') },
    ]);
    expect(await stored(pass)).toMatchObject({ revision });
  });
});

test('entries are listed by client and by pass, page by page, until they are deleted', async () => {
  const [one, two] = [await freshPass(), await freshPass({ clientId: 'merchant-2' })];
  const [first, second] = [await merchant('merchant-1', false), await merchant('merchant-2', true)];
  for (let count = 0; count < 3; count++) await first.updatePass(updateOf(one));
  await second.updatePass(updateOf(two));
  const read = async (query: Parameters<typeof admin.listEntries>[0]) => {
    const { entries, next } = await admin.listEntries(query);
    return { of: entries.map(({ passId }) => passId), ids: entries.map(({ id }) => id), next };
  };
  expect((await read({})).of).toEqual([one.passId, one.passId, one.passId, two.passId]);
  expect((await read({ clientId: 'merchant-2' })).of).toEqual([two.passId]);
  const page = await read({ passId: one.passId, limit: 2 });
  expect(page).toMatchObject({ of: [one.passId, one.passId], next: page.ids[1] });
  expect((await read({ passId: one.passId, after: page.next ?? 0 })).of).toEqual([one.passId]);
  await expect(admin.readEntry('none')).rejects.toMatchObject({ status: 404, message: 'no such entry' });
  expect(await admin.clearLedger()).toEqual({ deleted: 4 });
  expect((await read({})).of).toEqual([]);
});
