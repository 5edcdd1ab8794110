/** The system's Chromium for the tests of the page; nothing is downloaded, and nothing of a run stays on disk. */
import { existsSync } from 'node:fs';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright';

const { CHROMIUM: executablePath = '/usr/bin/chromium', CI } = process.env;

/** Why there is no browser here, or nothing. On CI its absence is a failure, not a reason to skip. */
export const absence =
  !existsSync(executablePath) && CI !== 'true' ? `this machine has no ${executablePath}` : undefined;

/** Starts it, headless. */
export function launchBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet] });
}

/** A visit to the page, in a profile of its own. */
export interface Visit {
  page: Page;
  context: BrowserContext;
  /** Errors and warnings of the console, and exceptions that nobody caught. */
  complaints: string[];
  /** Origins that the browser asked for anything. */
  origins: Set<string>;
}

/** Opens the page and waits until its form is there. */
export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const origins = new Set<string>();
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('request', (request) => origins.add(new URL(request.url()).origin));
  await page.goto(url);
  await page.locator('html[data-ready]').waitFor();
  return { page, context, complaints, origins };
}

/** Sends the form and waits for what came of it; the class of its outcome. */
export async function send(page: Page): Promise<string | null> {
  const before = await page.locator('ol.history li').count();
  await page.locator('button.send').click();
  await page.locator('ol.history li').nth(before).waitFor();
  await page.locator('[data-outcome][aria-busy=false]').waitFor();
  return page.locator('[data-outcome]').getAttribute('data-outcome');
}
