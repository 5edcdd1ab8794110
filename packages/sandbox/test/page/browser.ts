/** The page in a browser: visits, and what a person does and sees in them. */
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { createSandboxClient, type SandboxClient } from '../../src/client.ts';
import { absence, launchBrowser } from './chromium.ts';

/** A visit to the page, in a profile of its own. */
export interface Visit {
  page: Page;
  /** Errors and warnings of the console, and exceptions that nobody caught. */
  complaints: string[];
}

/** Opens the page with a fragment; of another sandbox where an origin is given. */
type Open = (fragment?: string, options?: BrowserContextOptions, origin?: string) => Promise<Visit>;

/**
 * Tests with a browser, or one line that says why there are none. After every test, no other host has got a request.
 */
export function describeInBrowser(name: string, tests: (open: Open) => void): void {
  if (absence !== undefined) {
    const title = `${name}: SKIPPED, ${absence}`;
    console.warn(title);
    describe.skip(title, () => test('in a browser', () => undefined));
    return;
  }
  describe(name, { timeout: 120_000 }, () => {
    let browser: Browser;
    const origins = new Set<string>();
    const visited = new Set<string>();
    beforeAll(async () => {
      browser = await launchBrowser();
    }, 60_000);
    afterEach(async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      expect([...origins]).toEqual([...visited]);
      origins.clear();
      visited.clear();
    });
    afterAll(() => browser?.close());

    tests(async (fragment = '', options = {}, origin = inject('sandbox').url) => {
      visited.add(origin);
      const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
      context.on('request', (request) => origins.add(new URL(request.url()).origin));
      const page = await context.newPage();
      return { page, complaints: await load(page, `${origin}/${fragment}`) };
    });
  });
}

/** Opens the page and waits until its form is there; returns what the browser complains of, from then on too. */
export async function load(page: Page, url: string): Promise<string[]> {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  await page.goto(url);
  await page.locator('html[data-ready]').waitFor();
  return complaints;
}

/** Takes the sandbox's key, in whatever language. */
export async function takeKey(page: Page): Promise<void> {
  await page.locator('button.primary').first().click();
  await page.locator('#key ~ p strong').waitFor();
}

/** Sends the form and waits for the outcome; returns its kind. */
export async function send(page: Page): Promise<string | null> {
  const before = await page.locator('ol.history li').count();
  await page.locator('button.send').click();
  await page.locator('ol.history li').nth(before).waitFor();
  await page.locator('[data-outcome][aria-busy=false]').waitFor();
  return page.locator('[data-outcome]').getAttribute('data-outcome');
}

/** The field that the request is typed into. */
export const body = (page: Page): Locator => page.getByRole('textbox', { name: 'Request body, JSON' });

/** A part of the page by its heading. */
export const panel = (page: Page, name: string): Locator => page.getByRole('region', { name, exact: true });

/** What stands in a block of text. */
export const block = (within: Locator, name: string): Promise<string | null> =>
  within.getByRole('group', { name }).textContent();

/** Stages and verdicts that a panel lists, in their order. */
export const verdicts = (within: Locator): Promise<string[]> =>
  within
    .locator('[data-stage]')
    .evaluateAll((items: HTMLElement[]) => items.map(({ dataset }) => `${dataset.stage} ${dataset.verdict}`));

/** The admin API of the sandbox. */
export const admin = (): SandboxClient => createSandboxClient(inject('sandbox').url);
