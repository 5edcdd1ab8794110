// AlipayHK's calls, from the signed request to the points and to the update that the card gets.
import type { UpdatePassRequest } from '@alipayhk-pass/api/gateway';
import { RSA_AES } from '@alipayhk-pass/message-security';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { alipayhk, billOf, carry, sealBill, strangersKey } from './alipayhk.ts';
import { send } from './caller.ts';
import { recordingGateway } from './gateway.ts';

/** A reply to AlipayHK names its result twice. */
const withBoth = <T>(resultInfo: T) => ({ resultInfo, result: resultInfo });
const success = withBoth({ resultCode: 'SUCCESS', resultStatus: 'S' });
const illegal = withBoth({ resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' });
const registration = (passId: string) => ({ passId, merchantId: '2160400000000001' });

let users = 0;
let applied: UpdatePassRequest[] = [];
let lines: Record<string, unknown>[] = [];

beforeEach(async () => {
  applied = await recordingGateway();
  lines = [];
  for (const level of ['log', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line) => void lines.push(JSON.parse(line)));
  }
});
afterEach(() => {
  vi.restoreAllMocks();
  // Nothing that was logged says more than this: beside its user and number, points would say what a bill came to.
  const known = ['event', 'passId', 'userId', 'billNo', 'revision', 'code', 'resultCode', 'tracerId', 'coalesced'];
  expect([...new Set(lines.flatMap((line) => Object.keys(line)))].filter((name) => !known.includes(name))).toEqual([]);
});
// A delivery that outlives the file would go to the network, and keep workerd from ending.
afterAll(async () => {
  for (const id of Array.from({ length: users }, (_, index) => index + 1)) {
    const states = async () => [
      (await send('GET', `/members/user-${id}`)).body.pending ?? 0,
      (await send('GET', `/passes/pass-${id}`)).body.state ?? 'none',
      (await send('GET', `/passes/pass-${id}-new`)).body.state ?? 'none',
    ];
    const settled = expect.stringMatching(/^(none|delivered|closed)$/);
    await vi.waitFor(async () => expect(await states()).toEqual([0, settled, settled]), { timeout: 20_000 });
  }
});

/** A user of one's own, and the pass that shows the points. */
function newUser() {
  const userId = `user-${++users}`;
  const passId = `pass-${users}`;
  return {
    userId,
    passId,
    register: (body: object = registration(passId)) =>
      send('PUT', `/members/${userId}`, { body: JSON.stringify(body) }),
    view: async () => (await send('GET', `/members/${userId}`)).body,
  };
}

/** The updates of a pass, in order. */
const appliedTo = (passId: string) => applied.filter((update) => update.passId === passId);

const alerts = () => lines.filter(({ event }) => event === 'alert').map(({ code }) => code);

describe('a bill becomes points', () => {
  // First: what another test has notified may be counted late.
  test('and is counted, once as new and once as repeated', async () => {
    const { userId } = newUser();
    const counters = async () => {
      const { body } = await send('GET', '/metrics');
      return ['awarded', 'repeated'].map((name) =>
        Number(new RegExp(`^merchant_${name}_total (\\d+)$`, 'm').exec(body)?.[1]),
      );
    };
    const [awarded = 0, repeated = 0] = await counters();
    const bill = billOf(500, { userId });
    for (let time = 0; time < 2; time++) await alipayhk().notifyBill(bill);
    await vi.waitFor(async () => expect(await counters()).toEqual([awarded + 1, repeated + 1]), { timeout: 10_000 });
  });

  test.each([undefined, RSA_AES])('and the points reach the card; encryption %o', async (encryption) => {
    const { userId, passId, register, view } = newUser();
    expect(await register()).toMatchObject({ status: 200, body: { userId, passId, points: 0, bills: 0, pending: 0 } });
    const bill = billOf('12050', { userId });
    expect(await alipayhk({ encryption, requireEncryption: encryption !== undefined }).notifyBill(bill)).toEqual(
      success,
    );
    expect(await view()).toMatchObject({ points: 120, bills: 1 });
    await vi.waitFor(() => expect(appliedTo(passId)).toHaveLength(1), { timeout: 10_000 });
    expect(appliedTo(passId)[0]).toEqual({
      ...registration(passId),
      userId,
      status: 'UPDATE',
      updateDetailType: 'UPDATE_MEMBER_CARD',
      dataInfo: { billNo: bill.billNo, lastChangePoints: '120', pointsProvider: 'ALIPAYHK', points: 120 },
    });
    expect(lines).toContainEqual({ event: 'awarded', userId, billNo: bill.billNo });
    expect(await view()).toMatchObject({ pending: 0 });
  });

  test('once, however often it is notified, one after the other', async () => {
    const { userId, view } = newUser();
    const bill = billOf(500, { userId });
    for (let time = 0; time < 8; time++) expect(await alipayhk().notifyBill(bill)).toEqual(success);
    expect(await view()).toMatchObject({ points: 5, bills: 1 });
    expect(lines.filter(({ event }) => event === 'repeated')).toHaveLength(7);
  });

  test('once, when it is notified many times at once, and every call is answered S', async () => {
    const { userId, view } = newUser();
    const bills = [billOf(500, { userId }), billOf('700', { userId })];
    const calls = Array.from({ length: 24 }, (_, index) => bills[index % 2] ?? expect.fail());
    const replies = await Promise.all(calls.map((bill) => alipayhk().notifyBill(bill)));
    expect(replies).toEqual(calls.map(() => success));
    expect(await view()).toMatchObject({ points: 12, bills: 2 });
  });

  test('of a member without a pass: kept, and sent to the pass once there is one', async () => {
    const { userId, passId, register, view } = newUser();
    for (const value of [100, 250]) expect(await alipayhk().notifyBill(billOf(value, { userId }))).toEqual(success);
    expect(await view()).toEqual({ userId, points: 3, openingPoints: 0, bills: 2, adjustments: 0, pending: 0 });
    await register({ ...registration(passId), openingPoints: 40 });
    await vi.waitFor(() => expect(appliedTo(passId)).toMatchObject([{ dataInfo: { points: 43 } }]), {
      timeout: 10_000,
    });
  });

  test('in a currency without a price: kept without points, and an alert is emitted', async () => {
    const { userId, view } = newUser();
    const bill = billOf(500, { userId, orderAmount: { currency: 'CNY', value: 500 } });
    expect(await alipayhk().notifyBill(bill)).toEqual(success);
    expect(await view()).toMatchObject({ points: 0, bills: 1 });
    expect(alerts()).toEqual(['CurrencyWithoutPrice']);
  });
});

describe('refused for good, and an alert is emitted', () => {
  test('the same bill with another amount: the first stays', async () => {
    const { userId, view } = newUser();
    const bill = billOf(500, { userId });
    await alipayhk().notifyBill(bill);
    for (const orderAmount of [
      { currency: 'HKD', value: 90_000 },
      { currency: 'CNY', value: 500 },
    ]) {
      expect(await alipayhk().notifyBill({ ...bill, orderAmount })).toEqual(illegal);
    }
    expect(await alipayhk().notifyBill({ ...bill, orderAmount: { currency: 'HKD', value: '0500' } })).toEqual(success);
    expect(await view()).toMatchObject({ points: 5, bills: 1 });
    expect(alerts()).toEqual(['BillConflicting', 'CurrencyWithoutPrice', 'BillConflicting']);
  });

  test('an amount that the contract allows and no number holds', async () => {
    const { userId } = newUser();
    expect(await alipayhk().notifyBill(billOf('9999999999999999', { userId }))).toEqual(illegal);
    expect(alerts()).toEqual(['AmountInvalid']);
    expect((await send('GET', `/members/${userId}`)).status).toBe(404);
  });

  test('a total beyond what a number holds exactly', async () => {
    const { userId, register, passId, view } = newUser();
    await register({ ...registration(passId), openingPoints: Number.MAX_SAFE_INTEGER - 1 });
    expect(await alipayhk().notifyBill(billOf(100, { userId }))).toEqual(success);
    expect(await alipayhk().notifyBill(billOf(100, { userId }))).toEqual(illegal);
    expect(await view()).toMatchObject({ points: Number.MAX_SAFE_INTEGER, bills: 1 });
    expect(alerts()).toContain('PointsOverflowing');
  });

  test('ids too long to name anything, or that storage would change', async () => {
    const wrong = [{ userId: 'u'.repeat(257) }, { billNo: 'b'.repeat(257) }, { billNo: 'b\ud800' }, { userId: 'u\0' }];
    for (const fields of wrong) expect(await alipayhk().notifyBill(billOf(100, fields))).toEqual(illegal);
    expect(alerts()).toEqual(wrong.map(() => 'IdInvalid'));
  });

  test('against the contract', async () => {
    const { userId } = newUser();
    expect(await alipayhk().notifyBill(billOf(-1, { userId }))).toMatchObject({ resultInfo: { resultStatus: 'F' } });
    expect(lines).toMatchObject([{ event: 'refused', code: 'RequestInvalid', resultCode: 'PARAM_ILLEGAL' }]);
    expect((await send('GET', `/members/${userId}`)).status).toBe(404);
  });
});

describe('not from AlipayHK: an unsigned HTTP error, and nothing is awarded', () => {
  const user = newUser();
  const bill = billOf(500, { userId: user.userId });
  const changed = async (request: Promise<Request>, headers: Record<string, string>, body?: string) => {
    const sealed = await request;
    const all = { ...Object.fromEntries(sealed.headers), ...headers };
    return new Request(sealed.url, { method: 'POST', headers: all, body: body ?? (await sealed.text()) });
  };

  test.each<[what: string, request: () => Promise<Request>, status: number, code: string]>([
    [
      'a larger amount',
      () => changed(sealBill(bill), {}, JSON.stringify(bill).replace('500', '900')),
      401,
      'SignatureVerificationFailed',
    ],
    ['a stranger’s signature', () => sealBill(bill, { privateKey: strangersKey }), 401, 'SignatureVerificationFailed'],
    ['no signature', () => changed(sealBill(bill), { signature: '' }), 401, 'HeaderInvalid'],
    ['ten minutes old', () => sealBill(bill, { now: Date.now() - 600_000 }), 401, 'TimeNotAccepted'],
    ['ten minutes early', () => sealBill(bill, { now: Date.now() + 600_000 }), 401, 'TimeNotAccepted'],
    [
      'another time than was signed',
      () => changed(sealBill(bill), { 'request-time': new Date().toISOString() }),
      401,
      'SignatureVerificationFailed',
    ],
    ['another Client-Id', () => changed(sealBill(bill), { 'client-id': 'other' }), 401, 'Refused'],
    ['another tag', () => sealBill(bill, { path: '/other/points/bill/notify' }), 404, 'Refused'],
    [
      'signed for another path',
      async () =>
        new Request(
          'https://merchant.test/merchant/points/bill/notify',
          await sealBill(bill, { path: '/merchant/points/membercard/create' }),
        ),
      401,
      'SignatureVerificationFailed',
    ],
    [
      'a token of this Worker in place of the signature',
      () => changed(sealBill(bill), { signature: '', authorization: 'Bearer a-token-of-the-tests' }),
      401,
      'HeaderInvalid',
    ],
    ['more than 64 KiB', () => sealBill({ ...bill, note: 'x'.repeat(64 * 1024) }), 400, 'BodyTooLarge'],
  ])('%s', async (_, request, status, code) => {
    const response = await carry(await request());
    expect(response.status).toBe(status);
    expect(response.headers.has('Signature')).toBe(false);
    expect(await response.json()).toMatchObject({ resultInfo: { resultStatus: 'F' } });
    expect(lines).toMatchObject([{ event: 'refused', code }]);
    expect((await send('GET', `/members/${user.userId}`)).status).toBe(404);
  });

  test('a path of AlipayHK’s that is none here needs the token, as every other', async () => {
    const response = await carry(await sealBill(bill, { path: '/merchant/points/bill' }));
    expect(response.status).toBe(401);
  });
});

describe('a closed pass', () => {
  test('a pass that was closed takes no more points; they stay the member’s, for another pass', async () => {
    const { userId, passId, register, view } = newUser();
    await register();
    await alipayhk().notifyBill(billOf(300, { userId }));
    await vi.waitFor(() => expect(appliedTo(passId)).toHaveLength(1), { timeout: 10_000 });
    await send('DELETE', `/passes/${passId}`);
    await alipayhk().notifyBill(billOf(400, { userId }));
    await vi.waitFor(async () => expect(await view()).toMatchObject({ points: 7, pending: 0 }), { timeout: 10_000 });
    expect(alerts()).toContain('PassClosed');
    await register(registration(`${passId}-new`));
    await vi.waitFor(() => expect(appliedTo(`${passId}-new`)).toMatchObject([{ dataInfo: { points: 7 } }]), {
      timeout: 10_000,
    });
  });
});

describe('a request for a card', () => {
  test('is stored before it is answered S', async () => {
    const { userId, view } = newUser();
    expect(await alipayhk().createMembercard({ userId, mobileNo: '85291234567' })).toEqual(success);
    expect(await view()).toEqual({ userId, points: 0, openingPoints: 0, bills: 0, adjustments: 0, pending: 0 });
    expect(JSON.stringify(lines)).not.toContain('85291234567');
  });

  test('of a member changes nothing', async () => {
    const { userId, register, view } = newUser();
    await register();
    await alipayhk().notifyBill(billOf(300, { userId }));
    const before = await view();
    await alipayhk().createMembercard({ userId, userEmail: 'a@example.com' });
    expect(await view()).toMatchObject({ ...before, pending: expect.any(Number) });
  });

  test('of a user whose id is too long to name anything: F', async () => {
    const customer = { userId: 'u'.repeat(257), mobileNo: '85291234567' };
    expect(await alipayhk().createMembercard(customer)).toEqual(illegal);
  });

  test('without number or address: F', async () => {
    const reply = await alipayhk().createMembercard({ userId: 'U1' } as never);
    expect(reply).toMatchObject({ resultInfo: { resultStatus: 'F' } });
  });
});
