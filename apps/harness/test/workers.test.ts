// Workers in this process: what they get, what stays shut, and what is left of them.
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { startChild } from '../src/child.ts';
import { listen } from '../src/listen.ts';
import { marked } from '../src/processes.ts';
import { startWorker } from '../src/workers.ts';
import { echo, project, work } from './projects.ts';

afterEach(() => void vi.unstubAllEnvs());

/** Marks whatever this process starts from now on. */
function mark(): () => string[] {
  const value = randomUUID();
  vi.stubEnv('HARNESS_TEST', value);
  return () => marked(`HARNESS_TEST=${value}`).filter((command) => command.includes('workerd'));
}

/** Has temporary files go to a folder of the test's own. */
function temporaryFolder(name: string): string {
  const folder = join(work, name);
  mkdirSync(folder);
  vi.stubEnv('TMPDIR', folder);
  return folder;
}

const listens = (url: string) => fetch(url).then(String, ({ message }: Error) => message);

describe('startWorker', () => {
  test('binds variables unchanged and prints none of them, whatever they hold', async () => {
    const configDir = project(
      'variables',
      { 'worker.js': echo, '.dev.vars': 'A=file', '.env': 'B=file' },
      { vars: { C: 'config' } },
    );
    const printed = ['log', 'info', 'warn', 'error'].map((name) => vi.spyOn(console, name as 'log'));
    const vars = {
      A: '-----BEGIN KEY-----\nab+/=\n\'quoted\' `and` "quoted"\r\n-----END KEY-----\n',
      B: JSON.stringify({ 'merchant-1': '-----BEGIN KEY-----\nab+/=\n' }),
      C: '$HOME $PATH \\$ \\n # no comment 金卡',
    };
    const worker = await startWorker({ configDir, vars });
    try {
      expect(await (await fetch(worker.url)).json()).toEqual(vars);
      for (const spy of printed) expect(spy).not.toHaveBeenCalled();
      expect(worker.output()).toBe('');
    } finally {
      await worker.stop();
      for (const spy of printed) spy.mockRestore();
    }
  });

  test('binds nothing from the environment, a .dev.vars or a .env', async () => {
    const files = { 'worker.js': echo, '.dev.vars': 'A=file', '.env': 'B=file' };
    const configDir = project('hermetic', files, { vars: { C: 'config' }, secrets: { required: ['A'] } });
    for (const name of ['A', 'B', 'C']) vi.stubEnv(name, 'environment');
    const worker = await startWorker({ configDir });
    try {
      expect(await (await fetch(worker.url)).json()).toEqual({ C: 'config' });
    } finally {
      await worker.stop();
    }
  });

  test('keeps what the Worker logs and throws', async () => {
    const code = `export default { fetch() { console.log('a line', { of: 'the log' }); throw new Error('thrown on purpose'); } }`;
    const worker = await startWorker({ configDir: project('logging', { 'worker.js': code }) });
    try {
      expect((await fetch(worker.url)).status).toBe(500);
      await expect.poll(worker.output).toMatch(/a line/);
      await expect.poll(worker.output).toMatch(/thrown on purpose/);
    } finally {
      await worker.stop();
    }
  });

  test('opens no explorer and no debugger and keeps no record of calls, whatever the environment says', async () => {
    vi.stubEnv('X_LOCAL_EXPLORER', 'true');
    vi.stubEnv('X_LOCAL_OBSERVABILITY', 'true');
    const running = mark();
    const persistTo = join(work, 'unrecorded');
    const worker = await startWorker({
      configDir: project('shut', { 'worker.js': echo }),
      vars: { A: 'mine' },
      persistTo,
    });
    try {
      expect(running().length).toBeGreaterThan(0);
      expect(running().filter((command) => /inspector|debug/.test(command))).toEqual([]);
      for (const explorer of ['/cdn-cgi/local/explorer', '/cdn-cgi/explorer']) {
        for (const path of ['', '/', '/api', '/api/d1/database', '/api/local/workers']) {
          const response = await fetch(worker.url + explorer + path);
          expect(await response.text(), explorer + path).toBe('{"A":"mine"}');
        }
      }
    } finally {
      await worker.stop();
    }
    const files = readdirSync(persistTo, { recursive: true, encoding: 'utf8' });
    expect(files.filter((name) => /observability/i.test(name))).toEqual([]);
  });

  test('takes the port that is given', async () => {
    const { url, close } = await listen(() => undefined);
    await close();
    const worker = await startWorker({
      configDir: project('port', { 'worker.js': echo }),
      port: Number(new URL(url).port),
    });
    await worker.stop();
    expect(worker.url).toBe(url);
  });
});

describe('stop', () => {
  test('leaves no process, socket, temporary file or signal handler', async () => {
    const running = mark();
    const temporary = temporaryFolder('stopped');
    const configDir = project('leaving', { 'worker.js': echo });
    const handlers = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name));
    const before = handlers();
    const worker = await startWorker({ configDir });
    expect(running()).toHaveLength(2); // wrangler's proxy and the Worker
    expect(readdirSync(temporary)).not.toEqual([]);
    await worker.stop();
    expect(running()).toEqual([]);
    expect(await listens(worker.url)).toBe('fetch failed');
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(join(configDir, '.wrangler', 'tmp'))).toEqual([]);
    expect(handlers()).toEqual(before);
  });

  test('keeps the state in persistTo', async () => {
    const code = `
      import { DurableObject } from 'cloudflare:workers';
      export class Counter extends DurableObject {
        async next() { const next = (await this.ctx.storage.get('n') ?? 0) + 1; await this.ctx.storage.put('n', next); return next; }
      }
      export default { fetch: async (request, { COUNTER }) => Response.json(await COUNTER.getByName('one').next()) }`;
    const configDir = project(
      'state',
      { 'worker.js': code },
      {
        durable_objects: { bindings: [{ name: 'COUNTER', class_name: 'Counter' }] },
        migrations: [{ tag: 'v1', new_sqlite_classes: ['Counter'] }],
      },
    );
    const persistTo = join(work, 'kept');
    for (const expected of [1, 2]) {
      const worker = await startWorker({ configDir, persistTo });
      try {
        expect(await (await fetch(worker.url)).json()).toBe(expected);
      } finally {
        await worker.stop();
      }
    }
  });
});

describe('a Worker that does not start', () => {
  test('startWorker throws TypeError for a folder without wrangler.jsonc', async () => {
    await expect(startWorker({ configDir: work })).rejects.toThrow(
      new TypeError(`no wrangler.jsonc in ${work}; configDir is the folder of a Worker`),
    );
  });

  test.each([
    ['a missing file', {}, 'worker.js'],
    ['a syntax error', { 'worker.js': 'export default {' }, 'worker.js:1:16: ERROR'],
    ['an exception on loading', { 'worker.js': 'throw new Error("at once"); export default {}' }, 'at once'],
  ])('startWorker throws the reason and leaves nothing for %s', async (what, files, reason) => {
    const running = mark();
    const temporary = temporaryFolder(`${what} in it`);
    const configDir = project(what, files);
    const starting = startWorker({ configDir, vars: { A: 'not to be shown' } });
    const { message } = await starting.then(
      () => expect.fail('it started'),
      (error: Error) => error,
    );
    expect(message).toContain(`the Worker in ${configDir} does not start: `);
    expect(message).toContain(reason);
    expect(message).not.toContain('not to be shown');
    expect(running()).toEqual([]);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('startWorker throws the reason for a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    try {
      const { port } = server.address() as { port: number };
      const starting = startWorker({ configDir: project('in use', { 'worker.js': echo }), port });
      await expect(starting).rejects.toThrow(/does not start: Address already in use/);
    } finally {
      server.close();
    }
  });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  '%s ends a process with its Workers when it has no handler',
  async (signal) => {
    const running = mark();
    const temporary = temporaryFolder(signal);
    const configDir = project(`ended by ${signal}`, { 'worker.js': echo });
    const code = `
    const { startWorker } = await import(${JSON.stringify(new URL('../src/workers.ts', import.meta.url).href)});
    console.log((await startWorker({ configDir: ${JSON.stringify(configDir)} })).url);`;
    await using child = startChild(process.execPath, ['--input-type=module', '--eval', code], { limit: 60_000 });
    const [url] = await child.printed(/^http.*$/m);
    expect((await fetch(url)).status).toBe(200);
    child.kill(signal);
    expect((await child.ended).code).toBeGreaterThan(128);
    await expect.poll(running).toEqual([]);
    expect(await listens(url)).toBe('fetch failed');
    expect(readdirSync(temporary)).toEqual([]);
  },
);
