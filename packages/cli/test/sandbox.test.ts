import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it, onTestFinished } from 'vitest';
import { node, run, runtimes, start, temporaryFolder } from './runtimes.ts';
import { type Facts, startSandbox } from './started-sandbox.ts';

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

describe.each(runtimes)('sandbox on $name', (runtime) => {
  const hasSqlite = runtime.name !== 'Node 20.18';

  it('accepts an encrypted update, shows its page, and keeps the pass over a restart where there is node:sqlite', async () => {
    const cwd = temporaryFolder();
    const first = await startSandbox(cwd, runtime);
    expect(await run(update(first.facts, 880), { cwd })).toMatchObject({ code: 0, stderr: '' });
    const page = await fetch(first.facts.url);
    expect(page.headers.get('Content-Type')).toContain('text/html');
    expect(statSync(join(cwd, first.facts.privateKey)).mode & 0o777).toBe(0o600);
    if (hasSqlite) {
      first.running.kill('SIGTERM');
      expect(await first.running.ended).toMatchObject({ stderr: '' });
    }
    const second = hasSqlite ? await startSandbox(cwd, runtime) : first;
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

  it('leaves no database with --memory, and a .gitignore in the folder that it makes', async () => {
    const cwd = temporaryFolder();
    const { facts } = await startSandbox(cwd, runtime, ['--memory']);
    expect((await run(update(facts, 1), { cwd })).code).toBe(0);
    expect(existsSync(join(cwd, 'alipayhk-sandbox/sandbox.sqlite'))).toBe(false);
    expect(readFileSync(join(cwd, 'alipayhk-sandbox/.gitignore'), 'utf8')).toBe('*\n');
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
  it('keeps passes in memory, and says so, on a runtime without node:sqlite', async () => {
    const runtime = runtimes.find(({ name }) => name === 'Node 20.18');
    const cwd = temporaryFolder();
    const running = start(['sandbox', '--port', '0'], { cwd, runtime });
    onTestFinished(() => running.kill());
    const { stdout } = running.child;
    if (!stdout) throw new Error('no standard output');
    const printed = await new Promise<string>((resolve) => {
      const lines: string[] = [];
      createInterface({ input: stdout }).on('line', (line) => {
        lines.push(line);
        if (line.startsWith('Ctrl-C')) resolve(lines.join('\n'));
      });
    });
    expect(printed).toContain('passes     in memory: this runtime has no node:sqlite');
    expect(existsSync(join(cwd, 'alipayhk-sandbox/sandbox.sqlite'))).toBe(false);
  });

  it('prints its process id with --json, and SIGTERM to it stops it', async () => {
    const { facts, running } = await startSandbox(temporaryFolder(), node, ['--memory']);
    process.kill(facts.pid, 'SIGTERM');
    expect(await running.ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('prints with --json the update command, which sends an accepted update', async () => {
    const cwd = temporaryFolder();
    const { facts } = await startSandbox(cwd, node, ['--memory']);
    const [npx, name, ...args] = facts.update.split(' ');
    expect([npx, name]).toEqual(['npx', 'alipayhk-pass']);
    const ended = await run(args, { cwd });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('done: S SUCCESS');
  });

  it('ends when npx, which started it, has ended', async () => {
    const shell = { name: 'npx', command: 'sh', args: ['-c', '"$0" "$@"; exit', node.command] };
    const env = { npm_lifecycle_event: 'npx' };
    const running = start(['sandbox', '--port', '0', '--memory', '--json'], {
      cwd: temporaryFolder(),
      runtime: shell,
      env,
    });
    onTestFinished(() => running.kill());
    const { stdout } = running.child;
    if (!stdout) throw new Error('no standard output');
    await once(createInterface({ input: stdout }), 'line');
    running.child.kill('SIGKILL'); // the shell alone; standard output closes once the sandbox has ended
    expect(await running.ended).toMatchObject({ stderr: '' });
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
      stderr: `alipayhk-pass: port ${port} is in use; expected a free one for --port, or 0\n`,
    });
  });
});
