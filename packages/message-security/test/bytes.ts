/**
 * Bytes, DER and PEM, made without the code under test.
 */

export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
export const fromHex = (hex: string): Bytes => new Uint8Array(Buffer.from(hex.replace(/\s/g, ''), 'hex'));
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
export const concat = (...parts: Uint8Array[]): Bytes => new Uint8Array(Buffer.concat(parts));

/** Pseudo-random numbers from 0 to `below - 1`, the same in every run (mulberry32): a failure can be reproduced. */
export function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** `length` pseudo-random bytes, the same in every run. */
export function noise(length: number, seed: number = length): Bytes {
  const roll = dice(seed);
  return Uint8Array.from({ length }, () => roll(256));
}

/** PEM of the bytes, with lines of 64 characters as OpenSSL writes them. */
export const pem = (label: string, bytes: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,64}/g, '$&\n')}-----END ${label}-----\n`;

/** A DER element with a length in its shortest form. */
export function der(tag: number, ...contents: Uint8Array[]): Bytes {
  const content = concat(...contents);
  const { length } = content;
  const octets =
    length < 0x80 ? [] : fromHex(length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'));
  return concat(Uint8Array.of(tag, octets.length === 0 ? length : 0x80 + octets.length, ...octets), content);
}

/** A non-negative INTEGER in its shortest form. */
export function integer(value: bigint): Bytes {
  const hex = value.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return der(0x02, fromHex(even >= '8' ? `00${even}` : even));
}

export const sequence = (...contents: Uint8Array[]): Bytes => der(0x30, ...contents);
export const octetString = (...contents: Uint8Array[]): Bytes => der(0x04, ...contents);
/** A BIT STRING of whole bytes. */
export const bitString = (...contents: Uint8Array[]): Bytes => der(0x03, Uint8Array.of(0), ...contents);
export const nothing = der(0x05);
export const rsaEncryption = sequence(der(0x06, fromHex('2a864886f70d010101')), nothing);
