/** Runs a Worker that answers with the report. */
import { readFileSync } from 'node:fs';
import { startScript, workerdVersion } from '@alipayhk-pass/harness/script';
import type { Report } from './report.ts';

export async function runInWorkerd(script: string, compatibilityFlags: string[], limit: number): Promise<Report> {
  const worker = await startScript({ code: readFileSync(script, 'utf8'), compatibilityFlags });
  try {
    const response = await fetch(worker.url, { signal: AbortSignal.timeout(limit) });
    if (!response.ok) throw new Error(`no report, HTTP status ${response.status}: ${await response.text()}`);
    const { version, outcomes } = (await response.json()) as Report;
    return { version: `${workerdVersion} ${version}`, outcomes };
  } finally {
    await worker.stop();
  }
}
