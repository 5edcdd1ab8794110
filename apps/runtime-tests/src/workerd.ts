/** Runs a Worker that answers with the report. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Miniflare } from 'miniflare';
import type { Report } from './report.ts';

const { version: workerd } = createRequire(import.meta.resolve('miniflare'))('workerd/package.json');

export async function runInWorkerd(script: string, compatibilityFlags: string[], limit: number): Promise<Report> {
  const modules = { 'worker.js': { type: 'esm' as const, contents: readFileSync(script, 'utf8') } };
  const config = {
    name: 'runtime-tests',
    compatibilityDate: '2026-08-01', // from 2026-08-04 on Node's APIs are there unasked
    compatibilityFlags,
    manifest: { mainModule: 'worker.js', modules },
  };
  const miniflare = new Miniflare({ workers: [{ config }] });
  try {
    const response = await miniflare.dispatchFetch('http://worker/', { signal: AbortSignal.timeout(limit) });
    if (!response.ok) throw new Error(`no report, HTTP status ${response.status}: ${await response.text()}`);
    const { version, outcomes } = (await response.json()) as Report;
    return { version: `${workerd} ${version}`, outcomes };
  } finally {
    await miniflare.dispose();
  }
}
