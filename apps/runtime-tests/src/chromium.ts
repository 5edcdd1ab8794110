/** Serves a page that runs the suite and posts its report back, and opens it in a headless Chromium. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeEnd, startChild } from '@alipayhk-pass/harness/child';
import { serve } from '@alipayhk-pass/harness/serve';
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
  const { promise: report, resolve } = Promise.withResolvers<Report>();
  const server = await serve(async (request) => {
    if (request.method === 'POST') resolve((await request.json()) as Report);
    if (new URL(request.url).pathname !== '/script.js')
      return page('html', '<script type="module" src="/script.js"></script>');
    return page('javascript', readFileSync(script, 'utf8'));
  });
  const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
  // Loopback is a secure context, without which there is no Web Crypto.
  const args = [...flags, `--user-data-dir=${profile}`, server.url];
  const browser = startChild(chromium, args, { limit, variables: { TMPDIR: profile } });
  const early = browser.ended.then((end) => Promise.reject(new Error(`no report, ${describeEnd(end)}`)));
  try {
    return await Promise.race([report, early]);
  } finally {
    await browser.stop().catch(() => undefined);
    await server.close();
    rmSync(profile, { recursive: true, maxRetries: 5 });
  }
}

function page(type: 'html' | 'javascript', text: string): Response {
  return new Response(text, { headers: { 'Content-Type': `text/${type}` } });
}
