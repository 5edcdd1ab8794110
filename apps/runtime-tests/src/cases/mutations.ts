/** Encrypted keys that are wrong, under a valid signature, which does not cover the Encrypt header: one error for all. */
import { formatHeader, openRequest, parseHeader, RSA_AES, sealRequest } from '@alipayhk-pass/message-security';
import { equal } from '../assert.ts';
import { importKeys } from '../keys.ts';
import { clientId } from '../message.ts';
import type { Test } from '../test.ts';

/** So that none takes longer than a runner waits for a test. */
const parts = 20;

/** @param count - of mutated headers in all */
export function mutationCases(test: Test, count: number): void {
  for (let part = 0; part < parts; part++) {
    test(`RSA_AES: wrong encrypted keys end in one error, part ${part + 1}`, async () => {
      const { merchant, gateway } = await importKeys();
      const common = { clientId, encryption: RSA_AES };
      const sealed = await sealRequest(new Request('https://open.alipay.hk/', { method: 'POST', body: '{"a":1}' }), {
        ...common,
        privateKey: merchant.privateKey,
        publicKey: gateway.publicKey,
      });
      const body = await sealed.text();
      const { value } = parseHeader('Encrypt', sealed.headers.get('Encrypt') ?? '');
      const ofGateway = { ...common, privateKey: gateway.privateKey, publicKey: merchant.publicKey };
      const seen = new Set<string>();
      for (let i = part; i < count; i += parts) {
        const headers = new Headers(sealed.headers);
        headers.set(
          'Encrypt',
          formatHeader('Encrypt', { algorithm: 'RSA_AES', value: mutated(value, (i - part) / parts) }),
        );
        const request = new Request(sealed.url, { method: 'POST', headers, body });
        const opened = await openRequest(request, ofGateway).catch((error: Error) => error);
        seen.add(opened instanceof Error ? `${opened.name}: ${opened.message}, ${'cause' in opened}` : 'opened');
      }
      equal([...seen], ['DecryptionFailed: the body does not decrypt, false']);
    });
  }
}

/** Another key than this one: a bit, a byte, everything or the length is different. */
function mutated(value: Uint8Array<ArrayBuffer>, i: number): Uint8Array {
  const kind = i & 3;
  const number = i >> 2;
  if (kind === 3) return value.slice(0, 1 + (number % 255));
  const wrong = value.slice();
  if (kind === 2) return crypto.getRandomValues(wrong);
  const at = (number * 37) & 255;
  const change = kind === 0 ? 1 << (number & 7) : 1 + (number % 255);
  wrong[at] = (wrong[at] as number) ^ change;
  return wrong;
}
