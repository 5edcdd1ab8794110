// The page as a person gets it from the started sandbox. What the page does is tested in packages/sandbox.
import { describe, expect, inject, test } from 'vitest';
import { absence, launchBrowser } from './chromium.ts';
import { admin } from './running.ts';

const skipped = absence('the page of the started sandbox');

describe.skipIf(skipped !== '')(`the page of the started sandbox${skipped}`, () => {
  test('adds a fault, sends an update, and shows what the gateway noted', { timeout: 120_000 }, async () => {
    const sandbox = inject('sandbox');
    const browser = await launchBrowser();
    try {
      const page = await browser.newPage({ locale: 'en-GB' });
      for (const host of ['127.0.0.1', 'localhost']) {
        await page.goto(sandbox.url.replace('127.0.0.1', host));
        await page.getByRole('button', { name: 'Use the sandbox’s key' }).click();
        await page.getByText(`Signing as ${sandbox.clientId}`).waitFor();
        await page.getByRole('combobox', { name: 'Fault of the gateway' }).selectOption('PASS_IS_NULL');
        await page.getByRole('button', { name: 'Seal and send' }).click();
        await page.locator('[data-outcome=refused][aria-busy=false]').waitFor();
        await page.locator('[data-stage=signature][data-verdict=passed]').first().waitFor();
        await page.getByRole('button', { name: 'Seal and send' }).click();
        await page.locator('[data-outcome=accepted][aria-busy=false]').waitFor();
      }
      const entries = await admin(sandbox).allEntries({ passId: sandbox.pass.passId });
      expect(entries.slice(-2)).toMatchObject([{ fault: 'PASS_IS_NULL', applied: false }, { applied: true }]);
    } finally {
      await browser.close();
    }
  });
});
