// The page for everybody: contract, languages, keyboard, accessibility.

import { readFileSync } from 'node:fs';
import { linkAssumptions } from '@alipayhk-pass/spec/assumptions.ts';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright';
import { expect, inject, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { describeInBrowser, send, takeKey } from './browser.ts';
import { ready, serveSandbox } from './serve.ts';

describeInBrowser('the page for everybody', (open) => {
  const { url, clientId } = inject('sandbox');

  test('openapi.json is the spec with its assumptions linked, and the origin of the page as its server', async () => {
    const spec = parse(readFileSync(new URL(import.meta.resolve('@alipayhk-pass/spec/openapi.yaml')), 'utf8'));
    const served = await (await fetch(`${url}/openapi.json`)).json();
    expect(served).toEqual({ ...linkAssumptions(spec), servers: [{ url: '/' }] });
  });

  test('the page speaks the language of the browser, or the one chosen by a button', async () => {
    const { page } = await open('', { locale: 'zh-HK' });
    await page.getByRole('button', { name: '使用沙盒的密鑰' }).click();
    await page.getByRole('button', { name: '封裝並傳送' }).click();
    await page.getByText('已接納').first().waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Seal and send' }).waitFor();
    expect(await page.locator('.verdict').textContent()).toBe('Accepted');
  });

  test('the page says which variant the gateway emulates, in both languages, and nothing where it emulates none', async () => {
    const plain = await open();
    expect(await plain.page.locator('.variant').count()).toBe(0);
    const sandbox = await serveSandbox({ access: { open: 'loopback' }, ready, variant: 'aes-gcm-rsa-oaep' });
    onTestFinished(() => sandbox.close());
    const { page, complaints } = await open('', { viewport: { width: 360, height: 800 } }, sandbox.url);
    const line = page.locator('header .variant');
    expect(await line.textContent()).toBe(
      'This sandbox emulates the variant aes-gcm-rsa-oaep: RSA_AES is AES-GCM with RSA-OAEP.',
    );
    expect(await graveFaults(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    await page.locator('nav button').click();
    await page.locator('html[lang=zh-Hant-HK]').waitFor();
    expect(await line.textContent()).toBe('這個沙盒正在模擬變體 aes-gcm-rsa-oaep：RSA_AES 是 AES-GCM 配 RSA-OAEP。');
    expect(complaints).toEqual([]);
  });

  test('a keyboard is enough, and the focus is always visible', async () => {
    const { page } = await open();
    await reach(page, 'Use the sandbox’s key');
    await page.keyboard.press('Enter');
    await page.getByText(`Signing as ${clientId}`).waitFor();
    await reach(page, 'Seal and send');
    await page.keyboard.press('Enter');
    await page.locator('[data-outcome=accepted][aria-busy=false]').waitFor();
  });

  test('axe finds no serious fault of accessibility, at first sight and with all unfolded', {
    timeout: 240_000,
  }, async () => {
    const { page } = await open();
    expect(await graveFaults(page)).toEqual([]);
    await page.getByRole('checkbox', { name: 'Encrypt (RSA_AES)' }).check();
    await takeKey(page);
    expect(await send(page)).toBe('accepted');
    for (const summary of await page.locator('summary').all()) await summary.click();
    await page.getByRole('button', { name: 'Schemas' }).click();
    for (const [language, colorScheme, width] of [
      ['en', 'light', 1280],
      ['zh-Hant-HK', 'dark', 1280],
      ['zh-Hant-HK', 'light', 360],
      ['en', 'dark', 360],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      const chosen = await page.evaluate(() => document.documentElement.lang);
      if (chosen !== language) await page.locator('nav button').click();
      await page.locator(`html[lang=${language}]`).waitFor();
      expect(await graveFaults(page), `${language} ${colorScheme} ${width}`).toEqual([]);
      const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(tooWide).toBeLessThanOrEqual(0);
    }
  });
});

/** Presses Tab until the control of this name has the focus, which has to be seen at every stop. */
async function reach(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab');
    const { text, outline } = await page.evaluate(() => {
      const element = document.activeElement ?? document.body;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return { text: element.textContent, outline: `${outlineStyle} ${outlineWidth}` };
    });
    expect(outline, text).toMatch(/^(solid|auto) [1-9]/);
    if (text === name) return;
  }
  throw new Error(`expected to reach ${name} by Tab`);
}

async function graveFaults(page: Page): Promise<string[]> {
  // The mode without frames, of which there are none: the other one opens a page of its own for each run.
  const { violations, passes } = await new AxeBuilder({ page }).setLegacyMode().analyze();
  expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'label', 'button-name'])); // it looked
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}
