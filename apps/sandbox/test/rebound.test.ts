// The sandbox under wrangler, in a browser that knows it by a name that DNS has rebound to this machine: to the browser
// it is that page's own origin, and wrangler's proxy believes the headers that a script sets.
import { createSandboxClient } from '@alipayhk-pass/sandbox/client';
import { describe, expect, inject, test } from 'vitest';
import { absence, launchBrowser } from './chromium.ts';

const skipped = absence('DNS rebinding in a browser');

describe.skipIf(skipped !== '')(`a page after DNS rebinding${skipped}`, () => {
  test('reads and changes nothing, whatever headers its script sets', { timeout: 120_000 }, async () => {
    const { url, workerUrl, clientId } = inject('sandbox');
    const name = 'rebound.example';
    const browser = await launchBrowser([`--host-resolver-rules=MAP ${name} 127.0.0.1`]);
    try {
      const page = await browser.newPage();
      for (const at of [url, workerUrl]) {
        await page.goto(`http://${name}:${new URL(at).port}/`);
        for (const [method = '', path] of [
          ['GET', '/ready'],
          ['GET', '/passes'],
          ['GET', '/ledger'],
          ['POST', '/reset'],
          ['DELETE', '/ledger'],
        ]) {
          const init = { method, headers: { 'MF-Original-URL': `${url}/sandbox${path}`, 'Sec-Fetch-Site': 'none' } };
          for (const asked of ['/x', `/sandbox${path}`]) {
            const received = await page.evaluate(
              async ([target, sent]) => {
                const response = await fetch(target, sent);
                return { status: response.status, body: await response.text() };
              },
              [asked, init] as const,
            );
            const what = `${method} ${path} by ${asked} at ${at}`;
            // The front does not pass the header on: what is asked for is then a path that the gateway does not know.
            if (received.status === 200) expect(received.body, what).toContain('INVALID_API');
            else expect([403, 404], what).toContain(received.status);
            expect(received.body, what).not.toContain('PRIVATE KEY');
          }
        }
      }
      expect((await createSandboxClient(url).readReady()).clientId).toBe(clientId); // it is there for others
    } finally {
      await browser.close();
    }
  });
});
