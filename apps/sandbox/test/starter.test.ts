// The starter as a person and a script meet it: what it prints, what it keeps, how it ends, and what it says if it cannot.
import { spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Child, startChild } from '@alipayhk-pass/harness/child';
import { marked } from '@alipayhk-pass/harness/processes';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { admin, stored } from './running.ts';

const command = join(import.meta.dirname, '..', 'starter', 'command.ts');
const limit = 120_000;
let work: string;
let mark: string;
beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'alipayhk-pass-starter-'));
  mark = randomUUID();
});
const started: Child[] = [];
afterEach(async () => {
  // A test that failed half-way must not leave its sandbox to the next one.
  await Promise.all(started.splice(0).map((child) => child.stop()));
  await expect.poll(() => marked(mark)).toEqual([]);
}, 30_000);
afterAll(() => rmSync(work, { recursive: true, force: true, maxRetries: 5 }));

/** As a person starts it without npx. */
const direct = { npm_execpath: undefined };

/** @param by - a shell, and how it starts the command */
function start(args: string[], { by = [], variables = direct }: { by?: string[]; variables?: object } = {}): Child {
  const [program = '', ...rest] = [...by, process.execPath, command, ...args];
  const child = startChild(program, rest, {
    limit,
    cwd: work, // not the repository: what is printed has to work anywhere
    variables: { ...variables, ALIPAYHK_PASS_STARTER_TEST: mark },
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

/** What it prints with `--json`. */
async function printedBy(child: Child): Promise<Printed> {
  const [line] = await child.printed(/^.*\n/);
  return JSON.parse(line) as Printed;
}

const shell = (line: string) => spawnSync('sh', ['-c', line], { cwd: work, encoding: 'utf8', timeout: 30_000 });

test('prints how to reach it, keeps its state, and ends after a signal', { timeout: 120_000 }, async () => {
  const folder = join(work, "it's kept"); // a quote that the printed lines have to survive
  const args = ['--json', '--folder', folder, '--port', '0'];
  const first = start(args);
  const printed = await printedBy(first);
  expect(printed.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);

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
  const end = await first.ended;
  expect(end).toMatchObject({ code: 0, stderr: 'sandbox: stopped by SIGTERM\n' });
  expect(end.stdout.split('\n')).toEqual([expect.any(String), '']); // one line
  await expect.poll(() => marked(mark)).toEqual([]);

  const { port } = new URL(printed.url);
  const second = start(['--folder', folder, '--port', port, '--header-case', 'title', '--variant', 'result']); // for a person this time
  const [text] = await second.printed(/^.*Ctrl-C stops it\.\n/s);
  for (const value of [printed.url, passId, printed.merchantPrivateKey, printed.curl, printed.openssl]) {
    expect(text).toContain(value);
  }
  expect(text).not.toContain('BEGIN');
  expect(readFileSync(printed.merchantPrivateKey, 'utf8')).toBe(privateKey);
  expect(await stored(printed, { passId })).toMatchObject({ revision: 1, points: 120 });
  expect(await admin(printed).listEntries()).toMatchObject({
    entries: [{ passId, applied: true, revision: 1 }],
  });
  const head = shell(`curl --noproxy '*' -sS -X POST -o /dev/null -D - '${printed.url}/x'`).stdout;
  expect(head).toMatch(/^Tracer-Id: /m);
  expect(head).toMatch(/^Content-Type: /m);
  expect((await admin(printed).listVariants()).active?.name).toBe('result');
  expect(JSON.parse(shell(printed.openssl).stdout)).toMatchObject({ result: { resultStatus: 'S' } });
  process.kill(-second.pid, 'SIGINT'); // to all of it, as a terminal does on Ctrl-C
  expect(await second.ended).toMatchObject({ code: 0, stderr: 'sandbox: stopped by SIGINT\n' });
});

test('ends and leaves nothing after a signal while it starts', { timeout: 60_000 }, async () => {
  const child = start(['--folder', join(work, 'early'), '--port', '0']);
  await expect
    .poll(() => marked(mark), { timeout: 20_000, interval: 10 })
    .toContainEqual(expect.stringContaining('workerd'));
  child.kill('SIGTERM');
  expect(await child.ended).toMatchObject({ code: 0, stdout: '', stderr: 'sandbox: stopped by SIGTERM\n' });
  await expect.poll(() => marked(mark), { timeout: 5_000 }).toEqual([]);
});

describe('prints one line, exits with 1 and leaves the state as it was for', () => {
  /** Its one line on stderr. */
  async function failing(args: string[]): Promise<string> {
    const { code, stdout, stderr } = await start(args).ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr.split('\n')).toEqual([expect.stringMatching(/^sandbox: /), '']);
    return stderr;
  }

  /** Every file with a digest of it. */
  function contents(folder: string): string[] {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
    const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex');
    return files.map(({ parentPath, name }) => `${join(parentPath, name)} ${digest(join(parentPath, name))}`).sort();
  }

  test.each(['65536', '-1', 'x', '80.5', '', '00'])('--port %j', async (port) => {
    expect(await failing([`--port=${port}`])).toContain(
      `--port "${port}" is no port; expected a number from 0 to 65535`,
    );
  });

  test('an unknown option', async () => {
    expect(await failing(['--prot', '1'])).toContain("'--prot'");
  });

  test.each(['upper', '', 'Title'])('--header-case %j', async (headerCase) => {
    expect(await failing([`--header-case=${headerCase}`])).toContain(
      `--header-case "${headerCase}" is no such case; expected lower or title`,
    );
  });

  test.each(['', 'results'])('--variant %j', async (variant) => {
    expect(await failing([`--variant=${variant}`])).toContain(
      `--variant "${variant}" is no such variant; expected one of aes-ecb-rsa-oaep, `,
    );
  });

  test('a port in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const address = server.address();
      const port = typeof address === 'object' ? address?.port : undefined;
      const folder = join(work, 'in-use');
      const text = await failing(['--port', `${port}`, '--folder', folder]);
      expect(text).toContain(`port ${port} cannot be used (EADDRINUSE); expected a free one`);
      expect(() => statSync(folder)).toThrow('ENOENT');
    } finally {
      server.close();
      await once(server, 'close');
    }
  });

  test('a folder that cannot be read', async () => {
    // Root may read whatever the mode: a file in its place, and a folder in the place of a key.
    const file = join(work, 'file');
    writeFileSync(file, 'not a folder');
    expect(await failing(['--folder', file, '--port', '0'])).toMatch(/EEXIST|ENOTDIR/);
    expect(readFileSync(file, 'utf8')).toBe('not a folder');
    mkdirSync(join(work, 'keys', 'merchant-private-key.pem'), { recursive: true });
    expect(await failing(['--folder', join(work, 'keys'), '--port', '0'])).toContain('EISDIR');
  });

  test.each(['not a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n'])(
    'a key file that holds %j',
    async (text) => {
      const folder = join(work, 'no-key');
      const file = join(folder, 'merchant-private-key.pem');
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, text);
      const line = await failing(['--folder', folder, '--port', '0']);
      expect(line).toContain(`${file} holds no RSA private key in PEM; delete it for a new one`);
      expect(line).not.toContain('AAAA');
      expect(readFileSync(file, 'utf8')).toBe(text);
    },
  );

  test('a corrupt database', { timeout: 90_000 }, async () => {
    const folder = join(work, 'corrupt');
    const healthy = start(['--json', '--folder', folder, '--port', '0']);
    await printedBy(healthy);
    healthy.kill('SIGTERM');
    await healthy.ended;
    const database = contents(join(folder, 'state')).map((line) => line.split(' ')[0] ?? '');
    const ofPasses = database.filter((file) => /D1DatabaseObject.[0-9a-f]+\.sqlite$/.test(file));
    expect(ofPasses).toHaveLength(1);
    const corrupt = Buffer.alloc(8192, 'corrupt ');
    for (const file of ofPasses) {
      rmSync(`${file}-wal`, { force: true });
      rmSync(`${file}-shm`, { force: true });
      writeFileSync(file, corrupt);
    }
    const line = await failing(['--folder', folder, '--port', '0']);
    expect(line).toMatch(/the database in .* cannot be used and was left as it is: .*SQLITE_NOTADB/);
    for (const file of ofPasses) expect(readFileSync(file).equals(corrupt)).toBe(true);
  });
});
