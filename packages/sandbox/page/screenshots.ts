/**
 * Takes the screenshots that the README shows, of a sandbox of its own: `npx -y pnpm@12.21.0 --filter
 * @alipayhk-pass/sandbox screenshots`, after a build, on a machine with Chromium and a font for Chinese.
 */
import { join } from 'node:path';
import type { Page } from 'playwright';
import { launchBrowser } from '../test/page/chromium.ts';
import { serveSandbox } from '../test/page/serve.ts';

interface Picture {
  name: string;
  fragment: string;
  width: number;
  height: number;
  colorScheme: 'light' | 'dark';
  /** What has to be in sight, at the top. */
  top: string;
}

const pictures: Picture[] = [
  { name: 'wide-light', fragment: '', width: 1280, height: 800, colorScheme: 'light', top: '#form-heading' },
  {
    name: 'wide-dark-tampered',
    fragment: '#tamper=on&encryption=on',
    width: 1280,
    height: 800,
    colorScheme: 'dark',
    top: '#form-heading',
  },
  { name: 'narrow-light-chinese', fragment: '#lang=zh', width: 360, height: 780, colorScheme: 'light', top: '#result' },
];

const [sandbox, browser] = await Promise.all([serveSandbox(), launchBrowser()]);
try {
  for (const picture of pictures) {
    const { name, fragment, width, height, colorScheme, top } = picture;
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width, height }, colorScheme });
    const page = await context.newPage();
    await page.goto(`${sandbox.url}/${fragment}`);
    await sendOne(page);
    await page.locator(top).evaluate((element) => {
      const { top: place } = element.getBoundingClientRect();
      globalThis.scrollBy(0, place - 24);
    });
    await page.screenshot({ path: join(import.meta.dirname, 'screenshots', `${name}.png`) });
    await context.close();
  }
} finally {
  await Promise.all([browser.close(), sandbox.close()]);
}

async function sendOne(page: Page): Promise<void> {
  await page.locator('html[data-ready]').waitFor();
  await page.locator('button.primary').first().click();
  await page.locator('#key ~ p strong').waitFor();
  await page.locator('button.send').click();
  await page.locator('ol.history li').waitFor();
  await page.locator('[data-outcome][aria-busy=false]').waitFor();
}
