/** A case, and the groups of Wycheproof's format that it is read from. */
import type { Run } from '../test.ts';

export interface Case {
  name: string;
  run: Run;
}

/** A test of Wycheproof's; what it is about, in hex, depends on its group's type. */
export interface WycheproofTest {
  tcId: number;
  comment: string;
  result: 'valid' | 'invalid' | 'acceptable';
}

/** Tests that share a key or a length; what else a group holds depends on its type. */
export interface Group {
  type: string;
  tests: WycheproofTest[];
}

export function toHex(bytes: ArrayBuffer | Uint8Array): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export const nameOf = ({ tcId, comment }: WycheproofTest): string => `${tcId} ${comment}`;

export function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));
}
