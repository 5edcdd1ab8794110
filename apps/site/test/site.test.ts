/** The built site in a browser: each page, wide and narrow, light and dark; the search; the Markdown beside the pages. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Listening } from '@alipayhk-pass/harness/listen';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { absence, launchBrowser, serveSite, site } from './chromium.ts';

const names = globSync('**/*.md', { cwd: site }).sort();
const addressOf = (name: string): string => `/${name.replace(/(?:index)?\.md$/, '')}`;

describe('the Markdown beside the pages', () => {
  test('is there for each page', () => {
    const pages = globSync('**/*.html', { cwd: site, exclude: ['404.html'] });
    expect(names.map((name) => name.replace(/\.md$/, '.html'))).toEqual(pages.sort());
    expect(names).toContain('first-update.md');
  });

  test('is listed in llms.txt, with addresses that exist', () => {
    const list = readFileSync(join(site, 'llms.txt'), 'utf8');
    expect(list).toMatch(/^# alipayhk-pass\n\n> /);
    const listed = Array.from(list.matchAll(/\]\(\/([^)]+)\)/g), ([, name = '']) => name);
    expect(listed.toSorted()).toEqual(names.filter((name) => !['index.md', 'reference/index.md'].includes(name)));
  });

  test('is in llms-full.txt for every guide', () => {
    const text = readFileSync(join(site, 'llms-full.txt'), 'utf8');
    for (const heading of ['# A first update', '# Errors, and what to do after each']) expect(text).toContain(heading);
    expect(text.length).toBeLessThan(250_000);
  });
});

describe.skipIf(absence !== undefined)('the site in Chromium', () => {
  let server: Listening;
  let browser: Browser;
  beforeAll(async () => {
    server = await serveSite();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  /** Opens a page, does something there, and expects no complaint and no request to another host. */
  async function visit(
    path: string,
    options: BrowserContextOptions,
    look: (page: Page) => Promise<void>,
  ): Promise<void> {
    const context = await browser.newContext(options);
    const complaints: string[] = [];
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (url.protocol !== 'data:' && url.origin !== server.url) complaints.push(`asked ${url.origin}`);
    });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', ({ message }) => complaints.push(message));
    await page.goto(server.url + path);
    await page.locator('h1').waitFor();
    await look(page);
    expect(complaints).toEqual([]);
    await context.close();
  }

  /** Only code and tables may be wider than the window: they scroll by themselves. */
  async function expectNoWider(page: Page): Promise<void> {
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  }

  async function expectAccessible(page: Page): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map(({ html }) => html)}`)).toEqual([]);
  }

  const wide = { viewport: { width: 1280, height: 900 }, colorScheme: 'light' } as const;
  const narrow = { viewport: { width: 360, height: 740 }, colorScheme: 'dark' } as const;
  test.each(names.map(addressOf))('shows %s wide and narrow', async (path) => {
    await visit(path, wide, async (page) => {
      await expectNoWider(page);
      await expectAccessible(page);
    });
    await visit(path, narrow, async (page) => {
      await expectNoWider(page);
      // The long pages of the reference are all made alike, and axe takes seconds for each.
      if (!path.startsWith('/reference/')) await expectAccessible(page);
    });
  });

  test('finds a word by its own search', async () => {
    await visit('/', wide, async (page) => {
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('searchbox').fill('requireEncryption');
      await page.getByRole('option').first().click();
      await page.waitForURL(/\/(?:encryption|reference\/)/);
    });
  });

  test('says in Chinese that a search in Chinese found nothing, and finds a word of the Chinese page', async () => {
    await visit('/zh-Hant/', wide, async (page) => {
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-Hant-HK');
      await page.getByRole('button', { name: '搜尋' }).click();
      await page.getByRole('searchbox').fill('qqqqqq');
      await page.getByText('找不到結果').waitFor();
      await page.getByRole('searchbox').fill('GATEWAY_URL');
      await page.getByRole('option').first().click();
      await page.waitForURL(/\/zh-Hant\/first-update/);
    });
  });

  test('switches to dark and to Chinese', async () => {
    await visit('/first-update', wide, async (page) => {
      await page.getByRole('switch').first().click();
      await page.locator('html.dark').waitFor();
      await page.getByRole('button', { name: 'Change language' }).hover();
      await page.getByRole('link', { name: '繁體中文' }).click();
      await page.waitForURL(/\/zh-Hant\/$/);
    });
  });

  test('runs no script that a page did not have when it was built', async () => {
    await visit('/first-update', wide, async (page) => {
      const policy = page.locator('meta[http-equiv="Content-Security-Policy"]');
      expect(await policy.getAttribute('content')).toMatch(/default-src 'none'; script-src 'self' 'sha256-/);
    });
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(`${server.url}/first-update`);
    const ran = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "ran"';
      document.head.append(script);
      return document.title === 'ran';
    });
    await context.close();
    expect(ran).toBe(false);
  });
});
