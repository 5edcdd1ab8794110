/** The built site, served on this machine, in the system's Chromium. */
import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { type Listening, listen } from '@alipayhk-pass/harness/listen';
import { type Browser, chromium } from 'playwright';

/** Absolute path of the built site. */
export const site = join(import.meta.dirname, '../dist/site');

const { CHROMIUM: executablePath = '/usr/bin/chromium', CI } = process.env;

/** Why there is no browser here, or nothing. On CI its absence is a failure, not a reason to skip. */
export const absence =
  !existsSync(executablePath) && CI !== 'true' ? `this machine has no ${executablePath}` : undefined;

/** Starts it, headless. */
export function launchBrowser(): Promise<Browser> {
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'];
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-quic', ...quiet] });
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.md': 'text/markdown; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** Serves it as hosts of static sites do: `/keys` is `keys.html`. */
export function serveSite(): Promise<Listening> {
  return listen(({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://site.example');
    const path = join(site, decodeURI(pathname));
    const found = [path, `${path}.html`, join(path, 'index.html')].find((each) =>
      statSync(each, { throwIfNoEntry: false })?.isFile(),
    );
    response.writeHead(found ? 200 : 404, {
      'Content-Type': types[extname(found ?? '.html')] ?? 'application/octet-stream',
    });
    createReadStream(found ?? join(site, '404.html')).pipe(response);
  });
}
