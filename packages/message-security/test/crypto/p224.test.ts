import { createECDH, createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { digests, ecdsaWith, p224, SCALAR_BYTES } from '../../src/crypto/p224.ts';
import { fromHex, noise, toHex, utf8 } from '../fixture.ts';

test('multiples of the base point are those of OpenSSL', () => {
  const { BASE, Fn } = p224();
  const numbers = [
    1n,
    2n,
    3n,
    Fn.ORDER - 1n,
    Fn.ORDER - 2n,
    ...[1, 2, 3, 4].map((seed) => BigInt(`0x${toHex(noise(28, seed))}`) % Fn.ORDER),
  ];
  for (const number of numbers) {
    const ecdh = createECDH('secp224r1');
    ecdh.setPrivateKey(number.toString(16).padStart(2 * SCALAR_BYTES, '0'), 'hex');
    expect(BASE.multiply(number).toHex(false)).toBe(ecdh.getPublicKey('hex', 'uncompressed'));
    expect(BASE.multiply(number).toHex(true)).toBe(ecdh.getPublicKey('hex', 'compressed'));
  }
});

test('the digests are those of OpenSSL', () => {
  for (const length of [0, 1, 55, 56, 64, 1000]) {
    const data = noise(length);
    expect(toHex(digests['SHA-224'](data))).toBe(createHash('sha224').update(data).digest('hex'));
    expect(toHex(digests['SHA-256'](data))).toBe(createHash('sha256').update(data).digest('hex'));
  }
});

const privateKey = fromHex('F220266E1105BFE3083E03EC7A3A654651F45E37167E88600BF257C1');
const publicKey = fromHex(
  '04 00CF08DA5AD719E42707FA431292DEA11244D64FC51610D94B130D6C EEAB6F3DEBE455E3DBF85416F7030CBD94F34F2D6F232C69F3C1385A',
);

// r and s of RFC 6979 appendix A.2.4.
test.each([
  [
    'SHA-224',
    'sample',
    '1CDFE6662DDE1E4A1EC4CDEDF6A1F5A2FB7FBD9145C12113E6ABFD3E',
    'A6694FD7718A21053F225D3F46197CA699D45006C06F871808F43EBC',
  ],
  [
    'SHA-256',
    'sample',
    '61AA3DA010E8E8406C656BC477A7A7189895E7E840CDFE8FF42307BA',
    'BC814050DAB5D23770879494F9E0A680DC1AF7161991BDE692B10101',
  ],
  [
    'SHA-224',
    'test',
    'C441CE8E261DED634E4CF84910E4C5D1D22C5CF3B732BB204DBEF019',
    '902F42847A63BDC5F6046ADA114953120F99442D76510150F372A3F4',
  ],
  [
    'SHA-256',
    'test',
    'AD04DDE87B84747A243A631EA47A1BA6D1FAA059149AD2440DE6FBA6',
    '178D49B1AE90E3D8B629BE3DB5683915F4E8C99FDF6E666CF37ADCFD',
  ],
] as const)('the signature with %s over "%s" is that of RFC 6979', (digest, text, r, s) => {
  const ecdsa = ecdsaWith(digest);
  expect(ecdsa.getPublicKey(privateKey, false)).toEqual(publicKey);
  expect(toHex(ecdsa.sign(utf8(text), privateKey))).toBe((r + s).toLowerCase());
  expect(ecdsa.verify(fromHex(r + s), utf8(text), publicKey)).toBe(true);
  expect(ecdsa.verify(fromHex(r + s), utf8(`${text}.`), publicKey)).toBe(false);
});
