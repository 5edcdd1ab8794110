// The sandbox in a browser under a name that DNS has rebound to this machine: to the browser it is that page's own origin.
import { expect, inject, test } from 'vitest';
import { describeInBrowser } from './browser.ts';
import { reboundName } from './chromium.ts';

describeInBrowser('a page after DNS rebinding', (open) => {
  test('reads and changes nothing, whatever headers its script sets', async () => {
    const { url } = inject('sandbox');
    const { page } = await open('', {}, `http://${reboundName}:${new URL(url).port}`);
    const asked = [
      ['GET', '/ready'],
      ['GET', '/passes'],
      ['GET', '/ledger'],
      ['POST', '/reset'],
      ['DELETE', '/ledger'],
    ];
    for (const [method = '', path] of asked) {
      const init = { method, headers: { 'MF-Original-URL': `${url}/sandbox${path}`, 'Sec-Fetch-Site': 'none' } };
      const answer = await page.evaluate(async (sent) => {
        const response = await fetch('/x', sent);
        return { status: response.status, body: await response.text() };
      }, init);
      expect(answer.status, `${method} ${path}`).toBe(403);
      expect(answer.body).not.toContain('PRIVATE KEY');
    }
  });
});
