/**
 * Makes cases of a file of test vectors. It reads Wycheproof's format, for the algorithms that this project has, and the
 * decryptions of draft-irtf-cfrg-rsa-guidance.
 */
import type { Test } from '../test.ts';
import { aesCbcCases } from './aes-cbc.ts';
import type { Case, Group } from './case.ts';
import { type Family, guidanceCases, rsaesCases } from './decryption.ts';
import { ecdsaCases, rsassaCases } from './signature.ts';

/** A file as the driver read it. */
export interface VectorFile {
  /** Path inside the folder given. */
  path: string;
  json: { algorithm?: string; testGroups?: Group[]; families?: Family[] } | null;
  /** Text of the file that ends in `.pem` instead. */
  pem: string | undefined;
}

const readers: Record<string, (group: Group) => Case[] | string | undefined> = {
  'RSASSA-PKCS1-v1_5 RsassaPkcs1Verify': rsassaCases,
  'RSAES-PKCS1-v1_5 RsaesPkcs1Decrypt': rsaesCases,
  'ECDSA EcdsaVerify': ecdsaCases,
  'ECDSA EcdsaP1363Verify': ecdsaCases,
  'AES-CBC-PKCS5 IndCpaTest': aesCbcCases,
};

/** The cases of a file. A string says why they cannot be run; `undefined`: it is about something else. */
export function casesOf({ json, pem }: VectorFile): Case[] | string | undefined {
  const { algorithm, testGroups = [], families } = json ?? {};
  if (families) return guidanceCases(families, pem);
  const cases: Case[] = [];
  for (const group of testGroups) {
    const read = readers[`${algorithm} ${group.type}`]?.(group);
    if (!Array.isArray(read)) return read;
    cases.push(...read);
  }
  return cases.length === 0 ? undefined : cases;
}

/** All cases of files that have some, as tests named after their file. */
export function registerCases(files: VectorFile[], test: Test): void {
  for (const file of files) {
    for (const { name, run } of casesOf(file) as Case[]) test(`${file.path}: ${name}`, run);
  }
}
