/** Serves a page that runs the suite and posts its report back, and opens it in a headless Chromium. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { runProcess } from './process.ts';
import type { Report } from './report.ts';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function runInChromium(chromium: string, script: string, limit: number): Promise<Report> {
  const { promise: report, resolve, reject } = Promise.withResolvers<Report>();
  const server = createServer((request, response) => {
    if (request.method === 'POST') json(request).then((body) => resolve(body as Report), reject);
    if (request.url === '/script.js') response.setHeader('Content-Type', 'text/javascript').end(readFileSync(script));
    else response.setHeader('Content-Type', 'text/html').end('<script type="module" src="/script.js"></script>');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  const reported = new AbortController();
  // Loopback is a secure context, without which there is no Web Crypto.
  const args = [...flags, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`];
  const browser = runProcess(chromium, args, limit, { signal: reported.signal, variables: { TMPDIR: profile } });
  try {
    return await Promise.race([report, browser.then(({ end }) => Promise.reject(new Error(`no report, ${end}`)))]);
  } finally {
    reported.abort();
    await browser.catch(() => undefined);
    server.close();
    server.closeAllConnections();
    rmSync(profile, { recursive: true });
  }
}
