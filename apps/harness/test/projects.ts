// Workers made up for a test file, in a folder that goes with it.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** A temporary folder for this test file. */
export const work: string = mkdtempSync(join(tmpdir(), 'harness-test-'));
afterAll(() => rmSync(work, { recursive: true, force: true, maxRetries: 5 }));

/**
 * Writes a Worker's folder.
 *
 * @param folder - its name below `work`
 * @param files - text by path; `worker.js` is the Worker
 * @param config - what its `wrangler.jsonc` holds beside the usual
 */
export function project(folder: string, files: Record<string, string>, config: object = {}): string {
  const dir = join(work, folder);
  mkdirSync(dir);
  const usual = { name: 'made-up', main: 'worker.js', compatibility_date: '2026-08-01', send_metrics: false };
  for (const [path, text] of Object.entries({ ...files, 'wrangler.jsonc': JSON.stringify({ ...usual, ...config }) })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
  return dir;
}

/** A Worker that replies with its variables A, B and C. */
export const echo = 'export default { fetch: (request, { A, B, C }) => Response.json({ A, B, C }) }';
