import { expect, test, vi } from 'vitest';
import { asTypeScript } from '../../../page/src/copy.ts';

test('asTypeScript returns undefined for a body that is not JSON', () => {
  vi.stubGlobal('location', { origin: 'http://127.0.0.1:8787' });
  const options = { encryption: false, keyVersion: '', tamper: false, timeout: 1000 };
  const copied = (plaintext: string) => asTypeScript({ plaintext, clientId: 'merchant-1', options });
  expect(copied('{"passId":"P1"}')).toContain('updatePass({\n  "passId": "P1"\n})');
  for (const text of ['{}); process.exit(1); ({}', '{passId: await fetch("//x")}', 'fetch', '']) {
    expect(copied(text)).toBeUndefined();
  }
  vi.unstubAllGlobals();
});
