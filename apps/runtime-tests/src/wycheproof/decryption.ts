/** RSAES-PKCS1-v1_5 decryption with implicit rejection, for keys of any size. */
import { formatHeader, importPrivateKey, openRequest, RSA_AES, sealRequest } from '@alipayhk-pass/message-security';
import {
  bitLength,
  decryptPkcs1,
  type RsaPrivateNumbers,
  readKeyText,
} from '@alipayhk-pass/message-security/internals-for-tests';
import { equal, errorOf } from '../assert.ts';
import { importKeys } from '../keys.ts';
import { clientId } from '../message.ts';
import { type Case, fromHex, type Group, nameOf, toHex, type WycheproofTest } from './case.ts';

interface RsaesGroup extends Group {
  privateKeyPem: string;
  tests: (WycheproofTest & { msg: string; ct: string })[];
}

export function rsaesCases(group: Group): Case[] {
  const { privateKeyPem, tests } = group as RsaesGroup;
  let key: RsaPrivateNumbers | undefined;
  return tests.map((test) => ({
    name: nameOf(test),
    run: async () => {
      key ??= numbersOf(privateKeyPem);
      const decryption = await decryptPkcs1(fromHex(test.ct), key, crypto);
      const isVisible = test.ct.length !== key.size * 2 || BigInt(`0x${test.ct}`) >= key.n;
      equal(decryption === undefined, isVisible); // nothing else may show
      if (key.size >= 256 && test.ct !== '') await failsAsAlways(privateKeyPem, test.ct);
      if (test.result === 'valid') equal(endIn(decryption), endOf(test.msg));
      if (test.result === 'invalid') equal(endIn(decryption) === endOf(test.msg), false);
    },
  }));
}

/** Length and last 32 bytes of a message, which is all that decryption gives: no AES key has more. */
const endOf = (messageHex: string): string => `${messageHex.length / 2}: ${messageHex.slice(-64)}`;

function endIn(decryption: Awaited<ReturnType<typeof decryptPkcs1>>): string | undefined {
  return decryption && `${decryption.length}: ${toHex(decryption.tail.subarray(Math.max(0, 32 - decryption.length)))}`;
}

/** The same ciphertext in an Encrypt header, over a body of another key: whatever is wrong, one error with one text. */
async function failsAsAlways(privateKeyPem: string, ciphertext: string): Promise<void> {
  const { merchant, gateway } = await importKeys();
  const common = { clientId, encryption: RSA_AES };
  const sealed = await sealRequest(new Request('https://open.alipay.hk/', { method: 'POST', body: '{}' }), {
    ...common,
    privateKey: merchant.privateKey,
    publicKey: gateway.publicKey,
  });
  sealed.headers.set('Encrypt', formatHeader('Encrypt', { algorithm: 'RSA_AES', value: fromHex(ciphertext) }));
  const privateKey = await importPrivateKey(privateKeyPem);
  const opened = () => openRequest(sealed, { ...common, publicKey: merchant.publicKey, privateKey });
  const { name, message } = await errorOf(opened);
  equal(`${name}: ${message}`, 'DecryptionFailed: the body does not decrypt');
}

/** Decryptions of draft-irtf-cfrg-rsa-guidance under one key, the synthetic messages of bad paddings among them. */
export interface Family {
  id: string;
  cases: { title: string; ciphertext_hex: string; expected_hex: string }[];
}

export function guidanceCases(families: Family[], pem: string | undefined): Case[] | string {
  if (pem === undefined) return 'there is no .pem file beside it';
  let key: RsaPrivateNumbers | undefined;
  return families.flatMap(({ id, cases }) =>
    cases.map(({ title, ciphertext_hex, expected_hex }) => ({
      name: `${id} ${title}`,
      run: async () => {
        key ??= numbersOf(pem);
        const decryption = await decryptPkcs1(fromHex(ciphertext_hex), key, crypto);
        equal(endIn(decryption), endOf(expected_hex));
      },
    })),
  );
}

function numbersOf(pem: string): RsaPrivateNumbers {
  const numbers = readKeyText(pem, 'private');
  if (typeof numbers === 'string') throw new TypeError(numbers);
  const [n, e, d, p, q, dp, dq, qi] = numbers as [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
  return { n, e, d, p, q, dp, dq, qi, size: Math.ceil(bitLength(n) / 8) };
}
