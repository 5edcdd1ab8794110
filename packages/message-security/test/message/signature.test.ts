import { sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  AlgorithmNotSupported,
  contentToBeSigned,
  HeaderInvalid,
  importPrivateKey,
  importPublicKey,
  type PrivateKey,
  type PublicKey,
  parseHeader,
  SignatureVerificationFailed,
  type SignedParts,
  sign,
  verify,
} from '../../src/index.ts';
import {
  clientId,
  concat,
  gateway,
  httpUri,
  keys,
  merchant,
  noise,
  refusalOf,
  stranger,
  toHex,
  utf8,
} from '../fixture.ts';

const parts: SignedParts = {
  method: 'POST',
  httpUri,
  clientId,
  time: '2024-05-22T06:42:21+05:30',
  body: utf8('{"points":100}'),
};
const header = await sign(parts, merchant.privateKey);
const versioned = {
  one: await importPrivateKey(keys.merchant.privateKey, { keyVersion: '1' }),
  two: await importPrivateKey(keys.gateway.privateKey, { keyVersion: '2' }),
  publicOne: await importPublicKey(keys.merchant.publicKey, { keyVersion: '1' }),
  publicTwo: await importPublicKey(keys.gateway.publicKey, { keyVersion: '2' }),
};

/** A remote key that records what it verifies. */
function recordingKey(isGood: boolean, keyVersion?: string, algorithm = 'RSA256') {
  const uses: Uint8Array[] = [];
  const key: PublicKey = {
    algorithm,
    keyVersion,
    verify: async (_, data) => {
      uses.push(data);
      return isGood;
    },
  };
  return { key, uses };
}

test('verify throws SignatureVerificationFailed when any part changes', async () => {
  const changes: Partial<SignedParts>[] = [
    { method: 'PUT' },
    { method: 'post' },
    { httpUri: `${httpUri}?` },
    { httpUri: `${httpUri}/` },
    { httpUri: httpUri.toLowerCase() },
    { clientId: `${clientId}0` },
    { time: '2024-05-22T06:42:22+05:30' },
    { time: '2024-05-22T06:42:21+0530' },
    { time: '2024-05-22T01:12:21Z' }, // the same instant
    { body: utf8('{"points":101}') },
    { body: utf8('{"points": 100}') },
    { body: utf8('{"points":100}\n') },
    { body: utf8('\ufeff{"points":100}') },
    { body: new Uint8Array() },
  ];
  for (const change of changes) {
    const refusal = await refusalOf(verify({ ...parts, ...change }, header, merchant.publicKey));
    expect(refusal).toBeInstanceOf(SignatureVerificationFailed);
  }
});

test('verify throws one error for every changed bit and length of a signature', async () => {
  const { value } = parseHeader('Signature', header);
  const tried: Uint8Array[] = [
    value.slice(0, -1),
    concat(value, new Uint8Array(1)),
    concat(new Uint8Array(1), value),
    new Uint8Array(256),
    value.toReversed(),
  ];
  for (let bit = 0; bit < value.length * 8; bit += 7) {
    const changed = value.slice();
    changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7));
    tried.push(changed);
  }
  const seen = new Set<string>();
  for (const each of tried) {
    const text = `signature=${Buffer.from(each).toString('base64')}`;
    const { name, message, cause } = await refusalOf(verify(parts, text, merchant.publicKey));
    seen.add(JSON.stringify({ name, message, cause }));
  }
  expect([...seen]).toEqual(['{"name":"SignatureVerificationFailed","message":"the signature does not verify"}']);
});

test('verify throws SignatureVerificationFailed for another key', async () => {
  for (const { publicKey } of [gateway, stranger]) {
    expect(await refusalOf(verify(parts, header, publicKey))).toBeInstanceOf(SignatureVerificationFailed);
  }
});

test.each(['RS256', 'RSA', 'none', 'SHA256withRSA', 'RSA2566'])(
  'verify throws AlgorithmNotSupported for %s, and uses no key',
  async (algorithm) => {
    const { key, uses } = recordingKey(true);
    const { value } = parseHeader('Signature', header);
    const text = `algorithm=${algorithm}, signature=${Buffer.from(value).toString('base64')}`;
    const refusal = await refusalOf(verify(parts, text, key));
    expect(refusal).toBeInstanceOf(AlgorithmNotSupported);
    expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', algorithm });
    expect(refusal.message).toBe(`Signature header names algorithm "${algorithm}"; expected RSA256`);
    expect(uses).toEqual([]);
  },
);

test('AlgorithmNotSupported names the import for ECC224 keys when no key is ECC224', async () => {
  for (const algorithm of ['ECC224', 'ecc224']) {
    const { key, uses } = recordingKey(true);
    const refusal = await refusalOf(verify(parts, `algorithm=${algorithm}, signature=AQID`, key));
    expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', header: 'Signature', algorithm });
    expect(refusal.message).toBe(
      `Signature header names algorithm "${algorithm}"; expected RSA256, or a key from @alipayhk-pass/message-security/ecc224`,
    );
    expect(uses).toEqual([]);
  }
});

test('verify throws AlgorithmNotSupported for RSA256 when the key has another algorithm', async () => {
  const { key, uses } = recordingKey(true, undefined, 'ECC224');
  const refusal = await refusalOf(verify(parts, header, key));
  expect(refusal).toMatchObject({ code: 'AlgorithmNotSupported', algorithm: 'RSA256' });
  expect(refusal.message).toContain('expected ECC224');
  const unnamed = await refusalOf(verify(parts, header.replace('algorithm=RSA256, ', ''), key));
  expect(unnamed).toMatchObject({ code: 'AlgorithmNotSupported', algorithm: 'RSA256' });
  expect(uses).toEqual([]);
});

test('AlgorithmNotSupported names the algorithm of every key', async () => {
  const ring = [
    recordingKey(true, '1', 'ECC224').key,
    recordingKey(true, '1').key,
    recordingKey(true, '1').key,
  ] as const;
  const refusal = await refusalOf(verify(parts, header.replace('RSA256', 'XYZ'), ring));
  expect(refusal.message).toMatch(/; expected (ECC224 or RSA256|RSA256 or ECC224)$/);
});

test('verify throws HeaderInvalid for a keyVersion that is not configured, and uses no key', async () => {
  const { key, uses } = recordingKey(true, '1');
  const refusal = await refusalOf(verify(parts, header.replace('RSA256,', 'RSA256, keyVersion=2,'), key));
  expect(refusal).toBeInstanceOf(HeaderInvalid);
  expect(refusal).toMatchObject({ header: 'Signature' });
  expect(refusal.message).toBe('Signature header names a keyVersion that is not configured');
  expect(uses).toEqual([]);
});

test('verify uses only the key of the version named', async () => {
  const text = await sign(parts, versioned.one);
  const renamed = text.replace('keyVersion=1', 'keyVersion=2');
  const refusal = await refusalOf(verify(parts, renamed, [versioned.publicOne, versioned.publicTwo]));
  expect(refusal).toBeInstanceOf(SignatureVerificationFailed);
});

test('verify throws HeaderInvalid for a malformed header, and uses no key', async () => {
  const { key, uses } = recordingKey(true);
  for (const text of ['', 'algorithm=RSA256', 'signature=*', `${header}, ${header}`]) {
    expect(await refusalOf(verify(parts, text, key))).toBeInstanceOf(HeaderInvalid);
  }
  expect(uses).toEqual([]);
});

test('sign throws TypeError for a version that no key has', async () => {
  for (const ring of [versioned.one, [versioned.one, versioned.two] as const, merchant.privateKey]) {
    const refusal = await refusalOf(sign(parts, ring, '3'));
    expect(refusal).toBeInstanceOf(TypeError);
    expect(refusal.message).toBe('privateKey has no keyVersion 3');
  }
});

test('sign rejects with the error of a remote key, and verify with one that has it as its cause', async () => {
  const down = async (): Promise<never> => {
    throw new Error('the KMS is down');
  };
  expect((await refusalOf(sign(parts, { algorithm: 'RSA256', sign: down }))).message).toBe('the KMS is down');
  expect(await refusalOf(verify(parts, header, { algorithm: 'RSA256', verify: down }))).toMatchObject({
    message: 'publicKey.verify failed',
    cause: { message: 'the KMS is down' },
  });
});

test('contentToBeSigned joins method, target, Client-Id, time and the bytes of the body', () => {
  const content = contentToBeSigned(parts);
  expect(Buffer.from(content).toString()).toBe(`POST ${httpUri}\n${clientId}.2024-05-22T06:42:21+05:30.{"points":100}`);
  const binary = noise(1000);
  expect(toHex(contentToBeSigned({ ...parts, body: binary })).endsWith(toHex(binary))).toBe(true);
  expect(Buffer.from(contentToBeSigned({ ...parts, body: new Uint8Array() })).toString()).toBe(
    `POST ${httpUri}\n${clientId}.2024-05-22T06:42:21+05:30.`,
  );
});

test('contentToBeSigned is in UTF-8', () => {
  const content = contentToBeSigned({ ...parts, httpUri: '/積分', body: utf8('金卡 🏅') });
  expect(Buffer.from(content).equals(Buffer.from(`POST /積分\n${clientId}.${parts.time}.金卡 🏅`))).toBe(true);
});

test('contentToBeSigned copies the body', () => {
  const body = utf8('{}');
  contentToBeSigned({ ...parts, body }).fill(0);
  expect(body).toEqual(utf8('{}'));
});

test('sign makes the same signature as OpenSSL: RSASSA-PKCS1-v1_5 with SHA-256', async () => {
  const expected = nodeSign('sha256', contentToBeSigned(parts), keys.merchant.privateKey);
  expect(header).toBe(`algorithm=RSA256, signature=${encodeURIComponent(expected.toString('base64'))}`);
  const { value } = parseHeader('Signature', header);
  expect(nodeVerify('sha256', contentToBeSigned(parts), keys.merchant.publicKey, value)).toBe(true);
});

test('OpenSSL verifies the signature over a body of any bytes and length', async () => {
  for (const length of [0, 1, 63, 64, 65, 1000, 100_000]) {
    const changed = { ...parts, body: noise(length) };
    const text = await sign(changed, merchant.privateKey);
    const { value } = parseHeader('Signature', text);
    expect(nodeVerify('sha256', contentToBeSigned(changed), keys.merchant.publicKey, value)).toBe(true);
    expect(await verify(changed, text, merchant.publicKey)).toBe(merchant.publicKey);
  }
});

test.each(['RSA256', 'rsa256', 'Rsa256'])('verify reads the algorithm %s as RSA256', async (algorithm) => {
  expect(await verify(parts, header.replace('RSA256', algorithm), merchant.publicKey)).toBe(merchant.publicKey);
});

test('verify reads a header without an algorithm as RSA256', async () => {
  expect(await verify(parts, header.replace('algorithm=RSA256, ', ''), merchant.publicKey)).toBe(merchant.publicKey);
  expect(await verify(parts, header.replace('RSA256', ''), merchant.publicKey)).toBe(merchant.publicKey);
});

test('sign uses the last key of a ring and writes its version', async () => {
  const text = await sign(parts, [versioned.one, versioned.two]);
  expect(text).toMatch(/^algorithm=RSA256, keyVersion=2, signature=/);
  expect(await verify(parts, text, versioned.publicTwo)).toBe(versioned.publicTwo);
});

test('sign uses the key of the version named', async () => {
  const text = await sign(parts, [versioned.one, versioned.two], '1');
  expect(text).toMatch(/keyVersion=1,/);
  expect(await verify(parts, text, versioned.publicOne)).toBe(versioned.publicOne);
});

test('verify returns the key that verified', async () => {
  const ring = [versioned.publicOne, versioned.publicTwo] as const;
  expect(await verify(parts, await sign(parts, versioned.one), ring)).toBe(versioned.publicOne);
  expect(await verify(parts, await sign(parts, versioned.two), ring)).toBe(versioned.publicTwo);
});

test('verify tries the latest key first for a header without a version', async () => {
  const older = recordingKey(true, '1');
  const latest = recordingKey(false, '2');
  expect(await verify(parts, header, [older.key, latest.key])).toBe(older.key);
  expect([latest.uses.length, older.uses.length]).toEqual([1, 1]);
  expect(await verify(parts, header, [latest.key, older.key])).toBe(older.key);
  expect([latest.uses.length, older.uses.length]).toEqual([1, 2]);
  expect(latest.uses[0]).toEqual(contentToBeSigned(parts));
});

test('verify reads an empty keyVersion as absent', async () => {
  const text = header.replace('RSA256,', 'RSA256, keyVersion=,');
  expect(await verify(parts, text, versioned.publicOne)).toBe(versioned.publicOne);
});

test('verify uses a key without a version for every version', async () => {
  const text = header.replace('RSA256,', 'RSA256, keyVersion=7,');
  expect(await verify(parts, text, merchant.publicKey)).toBe(merchant.publicKey);
  expect(await verify(parts, text, [versioned.publicTwo, merchant.publicKey])).toBe(merchant.publicKey);
});

test('sign passes the content to a remote key and writes its algorithm and version', async () => {
  const seen: Uint8Array[] = [];
  const remote: PrivateKey = {
    algorithm: 'ECC224',
    keyVersion: 'kms-7',
    sign: async (data) => {
      seen.push(data);
      return Uint8Array.of(1, 2, 3);
    },
  };
  expect(await sign(parts, remote)).toBe('algorithm=ECC224, keyVersion=kms-7, signature=AQID');
  expect(seen).toEqual([contentToBeSigned(parts)]);
});
