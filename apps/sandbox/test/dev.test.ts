// Starting and stopping wrangler, with Workers made up for it.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import { applyMigrations, startWorker } from '../dev.ts';
import { isRunning } from '../processes.ts';

const work = mkdtempSync(join(tmpdir(), 'alipayhk-pass-dev-'));
afterEach(() => void vi.unstubAllEnvs());
afterAll(() => rmSync(work, { recursive: true, force: true }));

/** A folder with a Worker of one file, or with none. */
function project(name: string, code?: string): string {
  const dir = join(work, name);
  mkdirSync(dir);
  const config = { name, main: 'worker.js', compatibility_date: '2026-08-01', send_metrics: false };
  writeFileSync(join(dir, 'wrangler.jsonc'), JSON.stringify(config));
  if (code) writeFileSync(join(dir, 'worker.js'), code);
  return dir;
}

const echo = project('echo', 'export default { fetch: (request, { A, B, C }) => Response.json({ A, B, C }) }');
/** Waits until nothing listens any more. */
async function gone(url: string): Promise<void> {
  const answer = () => fetch(url).then(String, (error: Error) => error.message);
  await expect.poll(answer, { timeout: 10_000 }).toBe('fetch failed');
}

test('a folder that is no Worker is refused', async () => {
  const expected = `configDir: expected a folder with a wrangler.jsonc, received ${work}`;
  await expect(startWorker({ configDir: work })).rejects.toThrow(expected);
  await expect(applyMigrations({ configDir: work, persistTo: work })).rejects.toThrow(expected);
});

test('a variable that cannot be quoted is refused', async () => {
  const expected = 'A: expected no more than one kind of quote';
  await expect(startWorker({ configDir: echo, vars: { A: "'`" } })).rejects.toThrow(expected);
});

test('a Worker that does not start: what wrangler said of it', { timeout: 40_000 }, async () => {
  const configDir = project('empty');
  await expect(startWorker({ configDir })).rejects.toThrow(/received its end \(1\)\n[\s\S]*worker\.js/);
  const migrating = applyMigrations({ configDir, persistTo: join(work, 'state') });
  await expect(migrating).rejects.toThrow(/expected exit code 0, received 1\n[\s\S]*No migrations present/);
});

test('variables arrive as they are, and nothing is left behind', { timeout: 60_000 }, async () => {
  // Not the folder that others use meanwhile.
  const temporary = join(work, 'tmp');
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  const vars = {
    A: "-----BEGIN KEY-----\nab+/=\n'quoted'\n-----END KEY-----\n",
    B: JSON.stringify({ 'merchant-1': '-----BEGIN KEY-----\nab+/=\n' }),
    C: '$HOME $PATH \\$ \\n "double" # no comment',
  };
  const worker = await startWorker({ configDir: echo, vars });
  expect(await (await fetch(worker.url)).json()).toEqual(vars);
  expect(worker.output()).not.toContain('BEGIN KEY');
  expect(isRunning(worker.processGroup)).toBe(true);
  await worker.stop();
  await gone(worker.url);
  await expect.poll(() => isRunning(worker.processGroup), { timeout: 10_000 }).toBe(false);
  expect(readdirSync(temporary).filter((name) => name.startsWith('alipayhk-pass'))).toEqual([]);
});

test('wrangler answers nothing in the Worker’s place, keeps no record of calls, and opens no debugger', {
  timeout: 60_000,
}, async () => {
  vi.stubEnv('X_LOCAL_EXPLORER', 'true'); // whatever the environment says
  vi.stubEnv('X_LOCAL_OBSERVABILITY', 'true');
  const persistTo = join(work, 'unrecorded');
  const worker = await startWorker({ configDir: echo, vars: { A: 'mine' }, persistTo });
  try {
    const processes = execFileSync('ps', ['-A', '-ww', '-o', 'pgid=,args='], { encoding: 'utf8' }).split('\n');
    const ofWorker = processes.filter((line) => Number.parseInt(line, 10) === worker.processGroup);
    expect(ofWorker.filter((line) => /workerd\b.* serve\b/.test(line)).length).toBeGreaterThan(0);
    expect(ofWorker.filter((line) => /inspector/.test(line))).toEqual([]);
    for (const explorer of ['/cdn-cgi/local/explorer', '/cdn-cgi/explorer']) {
      for (const path of ['', '/', '/api', '/api/d1/database', '/api/local/workers']) {
        const response = await fetch(worker.url + explorer + path);
        expect(await response.text(), explorer + path).toBe('{"A":"mine"}');
      }
    }
  } finally {
    await worker.stop();
  }
  expect(readdirSync(persistTo, { recursive: true }).filter((name) => /observability/i.test(String(name)))).toEqual([]);
});

test('a process that is terminated takes its Workers with it', { timeout: 60_000 }, async () => {
  const code = `
    const { startWorker } = await import(${JSON.stringify(new URL('../dev.ts', import.meta.url).href)});
    console.log((await startWorker({ configDir: ${JSON.stringify(echo)} })).url);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [url] = await once(child.stdout, 'data', { signal: AbortSignal.timeout(40_000) });
  expect((await fetch(String(url))).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  await gone(String(url));
});
