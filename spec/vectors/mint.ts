/**
 * Mints the vectors: `node mint.ts`, or `node mint.ts --new-keys` to start from new keys.
 * The `openssl` command does all of the cryptography; these files only put text together. They must never import the code
 * that the vectors test, nor node:crypto.
 */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  clientId,
  formatIndex,
  formatVector,
  type Headers,
  percent,
  sampleTime,
  success,
  tracerId,
  update,
  updatePass,
} from './message.ts';
import { accepted } from './mint-accepted.ts';
import { sign } from './mint-keys.ts';
import { encryptHeader, type Recipe, signatureHeader } from './mint-parts.ts';
import { refused } from './mint-refused.ts';
import { openssl } from './openssl.ts';
import type { RefusalCode, Vector } from './vector.ts';

const here = import.meta.dirname;

function mint(name: string, recipe: Recipe): Vector {
  const direction = name.startsWith('request-') ? 'request' : 'response';
  const { signer = direction === 'request' ? 'merchant' : 'gateway', sealed: seal } = recipe;
  const arrives = {
    method: 'POST',
    httpUri: recipe.httpUri ?? updatePass,
    clientId: recipe.clientId ?? clientId,
    time: recipe.time ?? sampleTime,
    body: seal?.body ?? recipe.body ?? (direction === 'request' ? update : success),
  };
  const signed = { ...arrives, ...recipe.signed };
  const contentToBeSigned = `${signed.method} ${signed.httpUri}\n${signed.clientId}.${signed.time}.${signed.body}`;
  const signature = signer && sign(signer, contentToBeSigned).toString('base64');
  const encryptedKey = seal?.encryptedKey.toString('base64') ?? null;

  const { signature: asSignature = (base64) => signatureHeader(percent(base64)) } = recipe;
  const { encrypt: asEncrypt = (base64) => encryptHeader(percent(base64)) } = recipe;
  const headers: Headers = [
    ['Client-Id', arrives.clientId],
    ['Content-Type', recipe.contentType ?? `${seal ? 'text/plain' : 'application/json'}; charset=UTF-8`],
    [direction === 'request' ? 'Request-Time' : 'Response-Time', arrives.time],
    ['Signature', asSignature(signature ?? '')],
  ];
  if (encryptedKey !== null) headers.push(['Encrypt', asEncrypt(encryptedKey)]);
  if (direction === 'response') headers.push(['Tracer-Id', tracerId]);

  return {
    title: recipe.title,
    direction,
    signer,
    plaintext: typeof seal?.plaintext === 'string' ? seal.plaintext : null,
    ...(typeof seal?.plaintext === 'object' && { plaintextHex: seal.plaintext.toString('hex') }),
    symmetricKey: seal?.key.toString('hex') ?? null,
    encryptedKey,
    ...arrives,
    contentToBeSigned: signer && contentToBeSigned,
    signature,
    headers: recipe.headers?.(headers) ?? headers,
    expect: recipe.code ? { code: recipe.code } : 'accepted',
  };
}

const recipes: Record<string, Recipe> = { ...accepted };
for (const [code, cases] of Object.entries(refused)) {
  for (const [name, recipe] of Object.entries(cases)) recipes[name] = { ...recipe, code: code as RefusalCode };
}
const names = Object.keys(recipes).sort();
const files = Object.entries(recipes).map(
  ([name, recipe]) => [`${name}.json`, formatVector(mint(name, recipe))] as const,
);

// Written at the end: if openssl fails before, the old vectors stay complete.
for (const file of readdirSync(here)) {
  if (/^(request|response)-.*\.json$/.test(file)) rmSync(join(here, file));
}
for (const [file, text] of files) writeFileSync(join(here, file), text);
writeFileSync(join(here, 'index.ts'), formatIndex(names, 'Vector', './vector.ts'));
console.log(`${names.length} vectors minted with ${openssl('version').toString().trim()}`);
