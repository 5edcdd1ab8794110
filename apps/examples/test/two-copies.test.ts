/**
 * Two copies of the packages in one program, as a package manager nests them when two versions are asked for: errors of
 * one are recognised by the other, keys of the other sign and verify, and what cannot work is refused with the cause.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { unpackAll } from './packed.ts';

type Copy = typeof import('@alipayhk-pass/api') & {
  core: typeof import('@alipayhk-pass/message-security');
  gateway: typeof import('@alipayhk-pass/api/gateway');
  webhooks: typeof import('@alipayhk-pass/api/webhooks');
};

const entry = `
export * from '@alipayhk-pass/api';
export * as core from '@alipayhk-pass/message-security';
export * as gateway from '@alipayhk-pass/api/gateway';
export * as webhooks from '@alipayhk-pass/api/webhooks';
`;
const program = mkdtempSync(join(tmpdir(), 'examples-two-copies-'));
let ours: Copy;
/** Of a package that the program depends on. */
let theirs: Copy;

beforeAll(async () => {
  const install = async (folder: string): Promise<Copy> => {
    await unpackAll(inject('archives'), folder);
    writeFileSync(join(folder, 'index.mjs'), entry);
    return import(pathToFileURL(join(folder, 'index.mjs')).href);
  };
  ours = await install(program);
  theirs = await install(join(program, 'node_modules/shop'));
});
afterAll(() => rmSync(program, { recursive: true }));

test('the two copies share no class', () => {
  expect(ours.core.MessageError).not.toBe(theirs.core.MessageError);
  expect(ours.RequestInvalid).not.toBe(theirs.RequestInvalid);
});

describe('errors', () => {
  /** Every class of error that a copy exports, made as that copy makes it. */
  const errorsOf = ({ core, ...api }: Copy): Error[] => {
    const response = new Response('{}', { headers: { 'Tracer-Id': 't' } });
    const unexpected = new core.ResponseUnexpected('unsigned', response);
    const refused = { resultCode: 'PARAM_ILLEGAL', resultStatus: 'F' } as const;
    return [
      new core.HeaderInvalid('Signature', 'a value'),
      new core.AlgorithmNotSupported('Signature', 'ECC224', 'RSA256'),
      new core.SignatureVerificationFailed(),
      new core.DecryptionFailed(),
      new core.TimeNotAccepted('Request-Time', '2026', 300),
      new core.MessageReplayed(),
      new core.BodyTooLarge(1),
      new core.BodyIncomplete(1),
      unexpected,
      new core.ResponseMissing('in time', undefined),
      new api.RequestInvalid([]),
      new api.ResponseInvalid([], undefined),
      new api.ResultNotSigned(refused, unexpected),
      new api.ResultNotSuccess(refused, undefined),
    ];
  };

  test('isUpdatePassError and isMessageError recognise every error of the other copy', () => {
    const errors = errorsOf(theirs);
    const classes = [theirs.core, theirs]
      .flatMap((exported) => Object.values(exported))
      .filter((value) => typeof value === 'function' && value.prototype instanceof theirs.core.MessageError);
    expect(new Set(errors.map((error) => error.constructor))).toEqual(new Set(classes));
    for (const error of errors) {
      expect(error).not.toBeInstanceOf(ours.core.MessageError);
      expect(ours.isUpdatePassError(error), error.name).toBe(true);
      expect(ours.core.isMessageError(error), error.name).toBe(true);
    }
  });

  test('isUpdatePassError recognises what a client of the other copy rejects with', async () => {
    const party = await partiesOf(theirs);
    const client = theirs.createClient({
      ...party.merchant,
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    });
    const error = await client.updatePass(update).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ResponseMissing' });
    expect(ours.isUpdatePassError(error)).toBe(true);
  });

  test('isUpdatePassError and isMessageError are false for everything else', () => {
    const others = [
      new Error('x'),
      new TypeError('x'),
      Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
      new DOMException('x', 'TimeoutError'),
      'HeaderInvalid',
      {},
      null,
      undefined,
    ];
    for (const other of others) {
      expect(ours.isUpdatePassError(other)).toBe(false);
      expect(ours.core.isMessageError(other)).toBe(false);
    }
  });
});

const update = {
  merchantId: 'm',
  userId: 'u',
  passId: 'p',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
} as const;
const bill = {
  userId: 'u',
  billNo: 'b',
  orderAmount: { currency: 'HKD', value: '100' },
  payTime: '2026-08-01T12:00:00+08:00',
  pointsProvider: 'ALIPAYHK',
};
const success = { resultCode: 'SUCCESS', resultStatus: 'S' } as const;

/** The keys of both ends, and RSA_AES, as one copy makes them. */
async function partiesOf({ importPrivateKey, importPublicKey, RSA_AES }: Copy) {
  const { clientId, keys } = inject('sandbox');
  const privateKeys = {
    merchant: await importPrivateKey(keys.merchantPrivateKey),
    gateway: await importPrivateKey(keys.gatewayPrivateKey),
  };
  const publicKeys = {
    merchant: await importPublicKey(keys.merchantPublicKey),
    gateway: await importPublicKey(keys.gatewayPublicKey),
  };
  return {
    merchant: { clientId, privateKey: privateKeys.merchant, publicKey: publicKeys.gateway, encryption: RSA_AES },
    gateway: { clientId, privateKey: privateKeys.gateway, publicKey: publicKeys.merchant, encryption: RSA_AES },
  };
}

type Parties = Awaited<ReturnType<typeof partiesOf>>['merchant'];
type Party = Omit<Parties, 'encryption'> & Partial<Parties>;

/** One update from a client to a gateway, both of our copy: `works`, or the TypeError that either ends with. */
async function updateWith(merchant: Party, gateway: Party): Promise<string> {
  let cause: unknown;
  try {
    const receive = ours.gateway.createGateway({
      ...gateway,
      publicKeyOf: () => gateway.publicKey,
      handler: () => success,
      onRefusal: ({ error }) => {
        cause = error;
      },
    });
    const { encrypted } = await ours
      .createClient({ ...merchant, fetch: (request) => receive(request) })
      .updatePass(update);
    return encrypted === (merchant.encryption !== undefined) ? 'works' : 'is not encrypted';
  } catch (error) {
    return `${cause ?? error}`;
  }
}

/** One call from AlipayHK to webhooks of our copy, likewise. */
async function callWith(gateway: Party, merchant: Party): Promise<string> {
  let cause: unknown;
  try {
    const receive = ours.webhooks.createWebhooks({
      ...merchant,
      tag: 'merchant',
      notifyBill: () => success,
      createMembercard: () => ({ resultInfo: success }),
      onRefusal: ({ error }) => {
        cause = error;
      },
    });
    const options = { ...gateway, baseUrl: 'https://merchant.example', tag: 'merchant' };
    const { resultInfo } = await ours.gateway
      .createNotifier({ ...options, fetch: (request) => receive(request) })
      .notifyBill(bill);
    return resultInfo.resultStatus === 'S' ? 'works' : `${cause}`;
  } catch (error) {
    return `${cause ?? error}`;
  }
}

describe('handles of the other copy', () => {
  const refused = (name: string) =>
    expect.stringMatching(
      `^TypeError: ${name} is from another copy of @alipayhk-pass/message-security; import everything`,
    );
  const parts = ['privateKey', 'publicKey', 'encryption'] as const;

  test('an update works with handles of one copy alone', async () => {
    const own = await partiesOf(ours);
    expect(await updateWith(own.merchant, own.gateway)).toBe('works');
    expect(await callWith(own.gateway, own.merchant)).toBe('works');
  });

  test.each(['privateKey', 'publicKey'] as const)('%s of the other copy works for signatures', async (part) => {
    const [own, other] = await Promise.all([partiesOf(ours), partiesOf(theirs)]);
    const { encryption: _, ...plain } = { ...own.merchant, [part]: other.merchant[part] };
    const { encryption: __, ...plainGateway } = own.gateway;
    expect(await updateWith(plain, own.gateway)).toBe('works');
    expect(await callWith(plainGateway, plain)).toBe('works');
  });

  test.each(parts)('%s of the other copy is refused for encryption, with the cause', async (part) => {
    const [own, other] = await Promise.all([partiesOf(ours), partiesOf(theirs)]);
    const merchant = { ...own.merchant, [part]: other.merchant[part] };
    const gateway = { ...own.gateway, [part]: other.gateway[part] };
    expect(await updateWith(merchant, own.gateway)).toEqual(refused(part));
    expect(await updateWith(own.merchant, gateway)).toEqual(refused(part));
    expect(await callWith(gateway, own.merchant)).toEqual(refused(part));
    expect(await callWith(own.gateway, merchant)).toEqual(refused(part));
  });

  test('what rsaAes of the other copy returns is refused, with the cause', async () => {
    const own = await partiesOf(ours);
    const encryption = theirs.core.rsaAes({ content: 'AES-GCM', keyTransport: 'RSA-OAEP-256' });
    expect(await updateWith({ ...own.merchant, encryption }, own.gateway)).toEqual(refused('encryption'));
  });

  test('an object of the same shape as RSA_AES is refused', async () => {
    const own = await partiesOf(ours);
    const encryption = { algorithm: 'RSA_AES' } as never;
    expect(await updateWith({ ...own.merchant, encryption }, own.gateway)).toMatch(/^TypeError: encryption/);
  });
});
