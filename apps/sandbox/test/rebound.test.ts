// The sandbox under wrangler, in a browser that knows it by a name that DNS has rebound to this machine: to the browser
// it is that page's own origin, and wrangler's proxy believes the headers that a script sets.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';
import { describe, expect, inject, test } from 'vitest';

const { CHROMIUM: executablePath = '/usr/bin/chromium', CI } = process.env;
// On CI its absence is a failure, not a reason to skip.
const skipped = existsSync(executablePath) || CI === 'true' ? '' : `: SKIPPED, this machine has no ${executablePath}`;
if (skipped) console.warn(`DNS rebinding in a browser${skipped}`);

describe.skipIf(skipped !== '')(`a page after DNS rebinding${skipped}`, () => {
  test('reads and changes nothing, whatever headers its script sets', { timeout: 120_000 }, async () => {
    const { url } = inject('sandbox');
    const name = 'rebound.example';
    const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
    const args = ['--no-sandbox', '--disable-gpu', `--host-resolver-rules=MAP ${name} 127.0.0.1`, ...quiet];
    const browser = await chromium.launch({ executablePath, args });
    try {
      const page = await browser.newPage();
      await page.goto(`http://${name}:${new URL(url).port}/`);
      for (const [method = '', path] of [
        ['GET', '/ready'],
        ['GET', '/passes'],
        ['GET', '/ledger'],
        ['POST', '/reset'],
        ['DELETE', '/ledger'],
      ]) {
        const init = { method, headers: { 'MF-Original-URL': `${url}/sandbox${path}`, 'Sec-Fetch-Site': 'none' } };
        const received = await page.evaluate(async (sent) => {
          const response = await fetch('/x', sent);
          return { status: response.status, body: await response.text() };
        }, init);
        expect(received.status, `${method} ${path}`).toBe(403);
        expect(received.body).not.toContain('PRIVATE KEY');
      }
    } finally {
      await browser.close();
    }
  });
});
