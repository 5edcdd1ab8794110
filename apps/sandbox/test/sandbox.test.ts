// The starter as a person and a script meet it: what it prints, what it keeps, how it ends, and what it says if it cannot.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { marked } from '../processes.ts';
import { admin, stored } from './running.ts';

const command = join(import.meta.dirname, '..', 'sandbox-command.ts');
let work: string;
let mark: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'alipayhk-pass-sandbox-'));
  mark = `ALIPAYHK_PASS_SANDBOX_TEST=${randomUUID()}`;
});
const started: ChildProcess[] = [];
afterEach(async () => {
  // A test that failed half-way must not leave its sandbox to the next one.
  for (const child of started
    .splice(0)
    .filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null)) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  expect(marked(mark)).toEqual([]);
}, 30_000);
afterAll(() => rmSync(work, { recursive: true, force: true, maxRetries: 5 }));

function start(args: string[], by: string[] = [process.execPath]): ChildProcess {
  const [name = '', value] = mark.split('=');
  const [program = '', ...before] = by;
  const child = spawn(program, [...before, command, ...args], {
    cwd: work, // not the repository: what is printed has to work anywhere
    env: { ...process.env, [name]: value },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  return child;
}

interface Printed {
  url: string;
  clientId: string;
  passId: string;
  merchantId: string;
  userId: string;
  merchantPrivateKey: string;
  merchantPublicKey: string;
  gatewayPublicKey: string;
  curl: string;
  openssl: string;
}

/** What it prints first. */
async function firstOutput({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('expected a pipe');
  const [text] = await once(stdout, 'data', { signal: AbortSignal.timeout(60_000) });
  return String(text);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const shell = (line: string) => spawnSync('sh', ['-c', line], { cwd: work, encoding: 'utf8', timeout: 30_000 });

test('prints how to reach it, keeps its state, and ends when told', { timeout: 120_000 }, async () => {
  const folder = join(work, "it's kept"); // a quote that the printed lines have to survive
  const args = ['--json', '--folder', folder, '--port', `${await freePort()}`];
  const first = start(args);
  const line = await firstOutput(first);
  expect(line.split('\n')).toEqual([expect.any(String), '']);
  const printed = JSON.parse(line) as Printed;
  expect(printed.url).toBe(`http://127.0.0.1:${args.at(-1)}`);

  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.pem'))) {
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  }
  const privateKey = readFileSync(printed.merchantPrivateKey, 'utf8');
  expect(privateKey).toMatch(/^-----BEGIN PRIVATE KEY-----/);
  expect(readFileSync(printed.merchantPublicKey, 'utf8')).toMatch(/^-----BEGIN PUBLIC KEY-----/);
  const { passId, merchantId, userId } = printed;
  expect(await admin(printed).readReady()).toEqual({
    ...{ clientId: printed.clientId, keyVersion: '1', merchantPrivateKey: privateKey },
    gatewayPublicKey: readFileSync(printed.gatewayPublicKey, 'utf8'),
    pass: { passId, merchantId, userId, templateCode: expect.any(String) },
  });

  // The two lines, pasted.
  expect(JSON.parse(shell(printed.openssl).stdout)).toMatchObject({ resultInfo: { resultStatus: 'S' } });
  expect(JSON.parse(shell(printed.curl).stdout)).toMatchObject({ passId, revision: 1, points: 120, level: 'GOLD' });

  first.kill('SIGTERM');
  expect(await once(first, 'exit')).toEqual([0, null]);
  expect(marked(mark)).toEqual([]);

  const second = start(args.slice(1)); // for a person this time
  const text = await firstOutput(second);
  for (const value of [printed.url, passId, printed.merchantPrivateKey, printed.curl, printed.openssl]) {
    expect(text).toContain(value);
  }
  expect(text).not.toContain('BEGIN');
  expect(readFileSync(printed.merchantPrivateKey, 'utf8')).toBe(privateKey);
  expect(await stored(printed, { passId })).toMatchObject({ revision: 1, points: 120 });
  expect(await admin(printed).listEntries()).toMatchObject({
    entries: [{ passId, applied: true, revision: 1 }],
  });
  second.kill('SIGINT');
  expect(await once(second, 'exit')).toEqual([0, null]);
});

test('told to end while it starts: nothing is left', { timeout: 60_000 }, async () => {
  const child = start(['--folder', join(work, 'early'), '--port', `${await freePort()}`]);
  await expect.poll(() => marked(mark), { timeout: 20_000 }).toContainEqual(expect.stringContaining('workerd'));
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
  await expect.poll(() => marked(mark), { timeout: 5_000 }).toEqual([]);
});

test('ends with the npx that started it', { timeout: 90_000 }, async () => {
  // A shell in its place: like the one of npx it does not hand a signal on, and ends.
  const inPlaceOfNpx = ['sh', '-c', ': npx pnpm; "$0" "$@"; exit $?', process.execPath];
  const child = start(['--json', '--folder', join(work, 'npx'), '--port', `${await freePort()}`], inPlaceOfNpx);
  await firstOutput(child);
  child.kill('SIGKILL');
  await expect.poll(() => marked(mark), { timeout: 20_000 }).toEqual([]);
});

describe('what it cannot start with: one line, exit code 1, and the state as it was', () => {
  /** How it ends. */
  async function failing(args: string[]): Promise<string> {
    const child = start(args);
    const [out, error] = [child.stdout, child.stderr].map(async (stream) => (await stream?.toArray())?.join(''));
    expect(await once(child, 'exit', { signal: AbortSignal.timeout(60_000) })).toEqual([1, null]);
    expect(await out).toBe('');
    const text = (await error) ?? '';
    expect(text.split('\n')).toEqual([expect.stringMatching(/^sandbox: /), '']);
    return text;
  }

  /** Every file with a digest of it. */
  function contents(folder: string): string[] {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    return files.map(({ parentPath, name }) => `${join(parentPath, name)} ${digest(join(parentPath, name))}`).sort();
  }

  test.each(['0', '65536', '-1', 'x', '80.5', ''])('--port %j', async (port) => {
    expect(await failing([`--port=${port}`])).toContain(
      `--port: expected a number from 1 to 65535, received "${port}"`,
    );
  });

  test('an option that there is not', async () => {
    expect(await failing(['--prot', '1'])).toContain("'--prot'");
  });

  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const folder = join(work, 'in-use');
      const text = await failing(['--port', `${port}`, '--folder', folder]);
      expect(text).toContain(`port ${port}: expected a free one, received EADDRINUSE`);
      expect(() => statSync(folder)).toThrow('ENOENT');
    } finally {
      server.close();
      await once(server, 'close');
    }
  });

  test('a folder that cannot be read', async () => {
    // For root every mode will do: a file in its place, and a folder in the place of a key.
    const file = join(work, 'file');
    writeFileSync(file, 'not a folder');
    const port = `${await freePort()}`;
    expect(await failing(['--folder', file, '--port', port])).toMatch(/EEXIST|ENOTDIR/);
    expect(readFileSync(file, 'utf8')).toBe('not a folder');
    mkdirSync(join(work, 'keys', 'merchant-private-key.pem'), { recursive: true });
    expect(await failing(['--folder', join(work, 'keys'), '--port', port])).toContain('EISDIR');
  });

  test.each(['not a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
    'a key file that holds %j',
    async (text) => {
      const folder = join(work, 'no-key');
      const file = join(folder, 'merchant-private-key.pem');
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
      const said = await failing(['--folder', folder, '--port', `${await freePort()}`]);
      expect(said).toContain(`${file}: expected an RSA private key in PEM`);
      expect(said).not.toContain('AAAA');
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  test('a corrupt database', { timeout: 90_000 }, async () => {
    const folder = join(work, 'corrupt');
    const port = `${await freePort()}`;
    const healthy = start(['--json', '--folder', folder, '--port', port]);
    await firstOutput(healthy);
    healthy.kill('SIGTERM');
    await once(healthy, 'exit');
    const database = contents(join(folder, 'state')).map((line) => line.split(' ')[0] ?? '');
    const ofPasses = database.filter((file) => /D1DatabaseObject.[0-9a-f]+\.sqlite$/.test(file));
    expect(ofPasses).toHaveLength(1);
    const corrupt = Buffer.alloc(8192, 'corrupt ');
    for (const file of ofPasses) {
      rmSync(`${file}-wal`, { force: true });
      rmSync(`${file}-shm`, { force: true });
      writeFileSync(file, corrupt);
    }
    const said = await failing(['--folder', folder, '--port', port]);
    expect(said).toContain('expected the sandbox’s database, received SQLITE_NOTADB');
    for (const file of ofPasses) expect(readFileSync(file).equals(corrupt)).toBe(true);
  });
});
