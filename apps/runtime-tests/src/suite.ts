/**
 * What must hold in every runtime, run unchanged in each: runtimes differ in what they accept, this shows that we do not.
 * Nothing here, or in what it imports, knows which runtime it is in.
 */
import { ecc224Cases } from './cases/ecc224.ts';
import { encryptionCases } from './cases/encryption.ts';
import { keyCases } from './cases/keys.ts';
import { roundTripCases } from './cases/round-trip.ts';
import { textCases } from './cases/texts.ts';
import { vectorCases } from './cases/vectors.ts';
import { webCryptoCases } from './cases/web-crypto.ts';
import type { Test } from './test.ts';

/** @param mutations - how many mutated headers are tried, each of which costs a private operation */
export function suite(test: Test, mutations = 1_000): void {
  webCryptoCases(test);
  textCases(test);
  vectorCases(test);
  ecc224Cases(test);
  encryptionCases(test, mutations);
  keyCases(test);
  roundTripCases(test);
}
