import { existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Running, type Runtime, run, runtimes, start, temporaryFolder } from './runtimes.ts';

interface Facts {
  url: string;
  clientId: string;
  passId: string;
  merchantId: string;
  userId: string;
  privateKey: string;
  publicKey: string;
}

async function startSandbox(
  cwd: string,
  runtime: Runtime,
  args: string[] = [],
): Promise<{ facts: Facts; running: Running }> {
  const running = start(['sandbox', '--port', '0', '--json', ...args], { cwd, runtime });
  onTestFinished(() => running.kill());
  const { stdout } = running.child;
  if (!stdout) throw new Error('no standard output');
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: stdout }).once('line', resolve)),
    running.ended.then(({ code, stderr }) => Promise.reject(new Error(`it ended with ${code}: ${stderr}`))),
  ]);
  return { facts: JSON.parse(line), running };
}

const update = (
  { url, clientId, passId, merchantId, userId, privateKey, publicKey }: Facts,
  points: number,
): string[] => [
  ...['update', '--gateway', url, '--client-id', clientId, '--private-key', privateKey, '--public-key', publicKey],
  ...[
    '--merchant-id',
    merchantId,
    '--user-id',
    userId,
    '--pass-id',
    passId,
    '--data',
    `points:=${points}`,
    '--encrypt',
  ],
];

describe.each(runtimes.filter(({ name }) => name !== 'Node 20.18'))('sandbox on $name', (runtime) => {
  it('accepts an encrypted update, shows its page, and keeps the pass over a restart', async () => {
    const cwd = temporaryFolder();
    const first = await startSandbox(cwd, runtime);
    expect(await run(update(first.facts, 880), { cwd })).toMatchObject({ code: 0, stderr: '' });
    const page = await fetch(first.facts.url);
    expect(page.headers.get('Content-Type')).toContain('text/html');
    expect(statSync(join(cwd, first.facts.privateKey)).mode & 0o777).toBe(0o600);
    first.running.kill('SIGTERM');
    expect(await first.running.ended).toMatchObject({ stderr: '' });
    const second = await startSandbox(cwd, runtime);
    const { url, passId } = second.facts;
    const headers = { 'Sec-Fetch-Site': 'none' };
    const pass = await (await fetch(`${url}/sandbox/passes/${passId}`, { headers })).json();
    expect(pass).toMatchObject({ points: 880, revision: 1 });
    const ledger = await (await fetch(`${url}/sandbox/ledger`, { headers })).text();
    const explained = await run(
      [
        'explain',
        '--private-key',
        second.facts.privateKey,
        '--public-key',
        second.facts.publicKey,
        '--gateway-private-key',
        'alipayhk-sandbox/gateway-private-key.pem',
      ],
      { cwd, input: ledger },
    );
    expect(explained).toMatchObject({ code: 0, stderr: '' });
    expect(explained.stdout).toContain('the request is fine');
    expect(explained.stdout).toContain('the reply is fine');
  });

  it('leaves no database with --memory', async () => {
    const cwd = temporaryFolder();
    const { facts } = await startSandbox(cwd, runtime, ['--memory']);
    expect((await run(update(facts, 1), { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, 'alipayhk-sandbox/sandbox.sqlite'))).toBe(false);
  });

  it('breaks the connection where a fault says so', async () => {
    const cwd = temporaryFolder();
    const { facts } = await startSandbox(cwd, runtime, ['--memory']);
    const headers = { 'Sec-Fetch-Site': 'none', 'Content-Type': 'application/json' };
    const body = JSON.stringify({ name: 'truncated-body', times: 1 });
    expect((await fetch(`${facts.url}/sandbox/faults`, { method: 'POST', headers, body })).ok).toBe(true);
    const ended = await run(update(facts, 1), { cwd });
    expect(ended.code).toBe(4);
    expect(ended.stderr).toContain('alipayhk-pass: no complete response; the connection failed');
  });
});

describe('sandbox', () => {
  it('exits with 1 and says what it needs on a runtime without node:sqlite', async () => {
    const runtime = runtimes.find(({ name }) => name === 'Node 20.18');
    const ended = await run(['sandbox', '--port', '0'], { cwd: temporaryFolder(), runtime });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toBe(
      'alipayhk-pass: this runtime has no node:sqlite, which the sandbox needs; expected Node 22.13 or newer, Deno or Bun\n',
    );
  });

  it('exits with 2 when its port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const ended = await run(['sandbox', '--port', String(port), '--memory'], { cwd: temporaryFolder() });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `alipayhk-pass: port ${port} is in use; expected a free one\n`,
    });
  });
});
