/** Properties that hold for every input; fast-check searches for one that breaks them, in a bounded number of runs. */
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageError, openRequest, openResponse, RSA_AES, sealRequest, sealResponse } from '../src/index.ts';
import { formatHeader, parseHeader } from '../src/message/header.ts';
import { formatTime, parseTime } from '../src/message/time.ts';
import { instant, ofGateway, ofMerchant, post, refusalOf } from './fixture.ts';

const names = fc.constantFrom('Signature' as const, 'Encrypt' as const);
const bytes = (constraints: fc.IntArrayConstraints) => fc.uint8Array(constraints).map((array) => new Uint8Array(array));
const keyVersions = fc.option(fc.stringMatching(/^[\w.-]{1,12}$/), { nil: undefined });

describe('the header grammar', () => {
  test('parseHeader reads what formatHeader wrote', () => {
    const headers = fc.record({
      algorithm: fc.stringMatching(/^[A-Z0-9_]{1,12}$/),
      keyVersion: keyVersions,
      value: bytes({ minLength: 1, maxLength: 600 }),
    });
    fc.assert(
      fc.property(names, headers, (name, header) => {
        expect(parseHeader(name, formatHeader(name, header))).toEqual(header);
      }),
    );
  });

  test('parseHeader reads the same bytes raw, percent-encoded, in base64url, wrapped and with blanks', () => {
    fc.assert(
      fc.property(bytes({ minLength: 1, maxLength: 600 }), fc.integer({ min: 1, max: 76 }), (value, width) => {
        const base64 = Buffer.from(value).toString('base64');
        const wrapped = base64.replace(new RegExp(`.{${width}}`, 'g'), '$&\n');
        const url = Buffer.from(value).toString('base64url');
        const lower = encodeURIComponent(base64).replace(/%../g, (hex) => hex.toLowerCase());
        for (const form of [base64, encodeURIComponent(base64), lower, url, wrapped, encodeURIComponent(wrapped)]) {
          expect(parseHeader('Signature', `keyVersion=,signature=${form}`).value).toEqual(value);
        }
      }),
    );
  });

  const pieces = fc.constantFrom(
    'algorithm',
    'signature',
    'symmetricKey',
    'keyVersion',
    '=',
    ',',
    ' ',
    '%',
    '%2B',
    '+',
    '/',
    'AAAA',
    '\n',
    '金',
    '"',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
  );
  test('parseHeader reads any text or throws HeaderInvalid', () => {
    fc.assert(
      fc.property(names, texts, (name, text) => {
        try {
          expect(parseHeader(name, text).value.length).toBeGreaterThanOrEqual(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'HeaderInvalid', header: name });
        }
      }),
      { numRuns: 2000 },
    );
  });

  test.each(['=', ',', ' ', '%', '%20', 'a=,', '====', 'signature='])(
    'parseHeader takes linear time for two million %j: more would not end',
    (piece) => {
      try {
        parseHeader('Signature', `signature=A${piece.repeat(2_000_000)}A`);
      } catch (error) {
        expect(error).toMatchObject({ code: 'HeaderInvalid' });
      }
    },
  );
});

const MIB = 1024 * 1024;
/** The bytes repeated up to this length. */
const tiled = (piece: Uint8Array, length: number) => new Uint8Array(Buffer.alloc(length, piece));

/** The body after a request was sealed and opened, and after its reply was. */
async function thereAndBack(body: Uint8Array<ArrayBuffer>, encryption: typeof RSA_AES | undefined) {
  const request = await sealRequest(post(body), { ...ofMerchant, encryption });
  const opened = await openRequest(request.clone(), { ...ofGateway, encryption });
  const there = Buffer.from(await opened.request.arrayBuffer());
  const response = await sealResponse(new Response(there), opened, { ...ofGateway, encryption });
  const back = await openResponse(response, request, { ...ofMerchant, encryption });
  expect([opened.encrypted, back.encrypted]).toEqual([encryption !== undefined, encryption !== undefined]);
  return [there, Buffer.from(await back.response.arrayBuffer())];
}

describe('a sealed message', () => {
  // Any bytes can be signed. Only UTF-8 can be encrypted: a wrong key gives bytes that are not UTF-8, so opening refuses
  // those, and sealing refuses them first.
  test('opens to the same bytes when it is signed, up to 1 MiB', async () => {
    const lengths = fc.oneof(fc.nat(300), fc.nat(MIB), fc.constant(MIB));
    await fc.assert(
      fc.asyncProperty(bytes({ minLength: 1, maxLength: 200 }), lengths, async (piece, length) => {
        const body = tiled(piece, length);
        for (const opened of await thereAndBack(body, undefined)) expect(opened.equals(body)).toBe(true);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  test('opens to the same text when it is encrypted', async () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 2000 });
    await fc.assert(
      fc.asyncProperty(texts, fc.integer({ min: 1, max: 20 }), async (text, times) => {
        const body = new TextEncoder().encode(text.repeat(times));
        for (const opened of await thereAndBack(body, RSA_AES)) expect(opened.equals(body)).toBe(true);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test('opens to the same bytes when it is encrypted and 1 MiB long', async () => {
    const body = tiled(new TextEncoder().encode('{"level": "金"}'), MIB); // 16 bytes, so that no character is cut
    for (const opened of await thereAndBack(body, RSA_AES)) expect(opened.equals(body)).toBe(true);
  }, 60_000);

  test('is encrypted when its body is UTF-8; otherwise sealRequest throws TypeError', async () => {
    await fc.assert(
      fc.asyncProperty(bytes({ minLength: 1, maxLength: 6 }), async (body) => {
        const sealing = sealRequest(post(body), { ...ofMerchant, encryption: RSA_AES });
        if (isUtf8(body)) return void (await sealing);
        expect(await refusalOf(sealing)).toEqual(
          new TypeError('the body is not text in UTF-8, so it cannot be encrypted'),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('is refused after any change of a single bit of body, signature, time, Client-Id or path', async () => {
    const body = '{"points":100}';
    const sealed = await sealRequest(post(body), ofMerchant);
    const signature = parseHeader('Signature', sealed.headers.get('Signature') ?? '').value;
    const flip = (array: Uint8Array<ArrayBuffer>, bit: number) => {
      const copy = array.slice();
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      return copy;
    };
    const check = async (request: Request) => {
      const error = await refusalOf(openRequest(request, ofGateway));
      expect(error).toBeInstanceOf(MessageError);
      return error.name;
    };
    const wire = new TextEncoder().encode(body);
    for (let bit = 0; bit < wire.length * 8; bit++) {
      const request = new Request(sealed.url, { method: 'POST', headers: sealed.headers, body: flip(wire, bit) });
      expect(await check(request)).toBe('SignatureVerificationFailed');
    }
    for (let bit = 0; bit < signature.length * 8; bit++) {
      const headers = new Headers(sealed.headers);
      headers.set('Signature', formatHeader('Signature', { algorithm: 'RSA256', value: flip(signature, bit) }));
      expect(await check(new Request(sealed.url, { method: 'POST', headers, body }))).toBe(
        'SignatureVerificationFailed',
      );
    }
    const flipText = (text: string, bit: number) => String.fromCharCode(...flip(new TextEncoder().encode(text), bit));
    for (const name of ['Request-Time', 'Client-Id']) {
      const value = sealed.headers.get(name) ?? '';
      for (let bit = 0; bit < value.length * 8; bit++) {
        const flipped = flipText(value, bit);
        if (!/^[\x21-\x7e]+$/.test(flipped)) continue; // no header can carry it
        const headers = new Headers(sealed.headers);
        headers.set(name, flipped);
        await check(new Request(sealed.url, { method: 'POST', headers, body }));
      }
    }
    const { origin, pathname } = new URL(sealed.url);
    for (let bit = 8; bit < pathname.length * 8; bit++) {
      const flipped = flipText(pathname, bit);
      if (!/^[\w/-]+$/.test(flipped) || new URL(flipped, origin).pathname === pathname) continue;
      await check(new Request(new URL(flipped, origin), { method: 'POST', headers: sealed.headers, body }));
    }
  }, 60_000);
});

describe('an encrypted message under a valid signature', () => {
  test('gives the same error for ten thousand wrong encrypted keys', async () => {
    const sealed = await sealRequest(post(), { ...ofMerchant, encryption: RSA_AES });
    const { value } = parseHeader('Encrypt', sealed.headers.get('Encrypt') ?? '');
    const body = await sealed.text();
    const seen = new Set<string>();
    for (let i = 0; i < 10_000; i++) {
      // A bit, a byte, everything, or the length: the header is not signed, so the signature stays valid.
      const wrong = i % 4 < 3 ? value.slice() : value.slice(0, i % 256);
      if (i % 4 === 0) wrong[(i >> 3) & 255] = (wrong[(i >> 3) & 255] as number) ^ (1 << ((i >> 11) & 7) || 1);
      if (i % 4 === 1) wrong[i & 255] = (wrong[i & 255] as number) ^ (((i >> 8) & 255) + 1);
      if (i % 4 === 2) crypto.getRandomValues(wrong);
      if (wrong.length === 0) continue; // no value, so no header
      const headers = new Headers(sealed.headers);
      headers.set('Encrypt', formatHeader('Encrypt', { algorithm: 'RSA_AES', value: wrong }));
      const request = new Request(sealed.url, { method: 'POST', headers, body });
      const error = await refusalOf(openRequest(request, { ...ofGateway, encryption: RSA_AES }));
      seen.add([error.name, error.message, Object.keys(error).join(), 'cause' in error].join('|'));
    }
    expect([...seen]).toEqual(['DecryptionFailed|the body does not decrypt|code,stage,name|false']);
  }, 300_000);
});

describe('times', () => {
  const zones = fc
    .tuple(fc.constantFrom('+', '-'), fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([sign, hours, minutes]) => `${sign}${`${hours}`.padStart(2, '0')}:${`${minutes}`.padStart(2, '0')}`);

  test('parseTime reads what formatTime wrote as the same second, in any zone', () => {
    const times = fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9999, 0) });
    fc.assert(
      fc.property(times, zones, (time, zone) => {
        expect(parseTime(formatTime(time, zone))).toBe(Math.floor(time / 1000) * 1000);
      }),
    );
  });

  test('parseTime returns a time or undefined when one character changes', () => {
    const text = formatTime(instant);
    fc.assert(
      fc.property(fc.nat(text.length), fc.string({ unit: 'binary-ascii', minLength: 0, maxLength: 1 }), (at, char) => {
        const changed = text.slice(0, at) + char + text.slice(at + 1);
        const time = parseTime(changed);
        expect(time === undefined || Number.isFinite(time)).toBe(true);
        if (time === instant) expect(changed).toMatch(/^2024-05-22T0?/);
      }),
      { numRuns: 1000 },
    );
  });
});
