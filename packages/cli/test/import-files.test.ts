// What import does to files that are not its own, and with a lock that a killed import left.
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serve, startGateway } from './gateway.ts';
import { lines, ndjson } from './import-lines.ts';
import { folderWithKeys, keys } from './keys.ts';
import { node, run, runtimes, start, temporaryFolder } from './runtimes.ts';

const fast = ['--rate', '0', '--backoff', '5'];

function folder(gatewayUrl = 'http://127.0.0.1:9', count = 1): string {
  const cwd = folderWithKeys({ gatewayUrl });
  writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(count, count)));
  return cwd;
}

/** What an import writes into its lock. */
const lockOf = (pid: number | string, id: string = randomUUID(), owner: string = hostname()): string =>
  `${pid} ${id} ${owner}`;

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await new Promise((resolve) => child.once('exit', resolve));
  return child.pid as number;
}

describe.each(runtimes)('import on $name', (runtime) => {
  it.each([
    ['a token in one line without an end', 'secret-token'],
    ['a key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'],
    ['JSON that is no journal', '{"alipayhk-pass":"other"}'],
  ])('exits with 2 and leaves %s as it was when that is its journal', async (_, content) => {
    const cwd = folder();
    writeFileSync(join(cwd, 'other'), content);
    const ended = await run(['import', 'in.ndjson', '--journal', 'other', ...fast], { cwd, runtime });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^alipayhk-pass: other is no journal of an import; expected a journal, .+\n$/);
    expect(readFileSync(join(cwd, 'other'), 'utf8')).toBe(content);
    expect(existsSync(join(cwd, 'other.lock'))).toBe(false);
  });

  it.each([
    ['a file', '{"alipayhk-pass":"import"}\nhalf'],
    ['nothing', undefined],
  ])('exits with 2 when its journal is a symbolic link to %s, and leaves that as it was', async (_, content) => {
    const cwd = folder();
    if (content !== undefined) writeFileSync(join(cwd, 'target'), content);
    symlinkSync('target', join(cwd, 'in.ndjson.journal'));
    const ended = await run(['import', 'in.ndjson', ...fast], { cwd, runtime });
    expect(ended.stderr).toBe(
      'alipayhk-pass: in.ndjson.journal is a symbolic link; expected the path of the journal itself\n',
    );
    expect(ended.code).toBe(2);
    expect(existsSync(join(cwd, 'target')) ? readFileSync(join(cwd, 'target'), 'utf8') : undefined).toBe(content);
  });

  it('begins anew with a journal that holds a part of its first line', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folder(url);
    writeFileSync(join(cwd, 'in.ndjson.journal'), '{"alipayhk-pa');
    expect((await run(['import', 'in.ndjson', ...fast], { cwd, runtime })).code).toBe(0);
    expect(updates).toHaveLength(1);
    expect(readFileSync(join(cwd, 'in.ndjson.journal'), 'utf8')).toMatch(/^\{"alipayhk-pass":"import",.+\}\n\{.+\}\n$/);
  });

  it('writes its report to a file of its own, mode 0600, where .part is a symbolic link or a file for all', async () => {
    const { url } = await startGateway(keys);
    const cwd = folder(url);
    writeFileSync(join(cwd, 'target'), 'kept');
    symlinkSync('target', join(cwd, 'in.ndjson.report.ndjson.part'));
    const args = ['import', 'in.ndjson', ...fast];
    expect((await run(args, { cwd, runtime })).code).toBe(0);
    expect(readFileSync(join(cwd, 'target'), 'utf8')).toBe('kept');
    writeFileSync(join(cwd, 'in.ndjson.report.ndjson.part'), 'of another');
    chmodSync(join(cwd, 'in.ndjson.report.ndjson.part'), 0o666);
    expect((await run(args, { cwd, runtime })).code).toBe(0);
    expect(statSync(join(cwd, 'in.ndjson.report.ndjson')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['the lock of a process that has ended', 0],
    ['what imports left that were killed while they took such a lock over', 2],
  ])('is done by one of several that start at once over %s', async (_, killed) => {
    const count = 5;
    for (let round = 0; round < 3; round++) {
      let [requests, ended] = [0, 0];
      const { promise: othersEnded, resolve } = Promise.withResolvers<void>();
      const url = await serve(async () => {
        // A second request is what must not be; waiting on would hide it.
        if (++requests > 1) resolve();
        await othersEnded;
        return Response.json({}, { status: 202 });
      });
      const cwd = temporaryFolder();
      writeFileSync(join(cwd, 'in.ndjson'), ndjson([{ passId: '1', userId: 'U1', merchantId: '2160400000000001' }]));
      const ids = Array.from({ length: killed + 1 }, () => randomUUID());
      for (const [index, id] of ids.entries()) {
        const after = index === 0 ? '' : `.${ids[index - 1]}`;
        writeFileSync(join(cwd, `in.ndjson.journal.lock${after}`), lockOf(await deadPid(), id));
      }
      const env = { OUTBOX_URL: url, OUTBOX_TOKEN: 'secret-token' };
      const codes = await Promise.all(
        Array.from({ length: count }, async () => {
          const { code } = await run(['import', 'in.ndjson', '--timeout', '60000', ...fast], { cwd, env, runtime });
          if (++ended === count - 1) resolve();
          return code;
        }),
      );
      expect(requests).toBe(1);
      expect(codes.sort()).toEqual([0, 2, 2, 2, 2]);
      const names = ['in.ndjson', 'in.ndjson.journal', 'in.ndjson.report.ndjson'];
      expect(readdirSync(cwd).sort()).toEqual(names);
    }
  });

  it.each([
    ['of a package manager', '# yarn lockfile v1\n'],
    ['that is empty', ''],
    ['of another program, with a process id', '4711\n'],
    ['that is large', `1 ${randomUUID()} ${'x'.repeat(100_000)}`],
  ])('exits with 2 for a lock %s, and leaves it', async (_, content) => {
    const cwd = folder();
    writeFileSync(join(cwd, 'yarn.lock'), content);
    const ended = await run(['import', 'in.ndjson', '--journal', 'yarn', ...fast], { cwd, runtime });
    expect(ended.stderr).toBe(
      'alipayhk-pass: yarn.lock is no lock of an import; it is left as it is; expected another name for --journal\n',
    );
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(join(cwd, 'yarn.lock'), 'utf8')).toBe(content);
    expect(existsSync(join(cwd, 'yarn'))).toBe(false);
  });

  it('exits with 2 for a lock that is a folder or a symbolic link, and leaves it', async () => {
    const cwd = folder();
    mkdirSync(join(cwd, 'folder.lock'));
    writeFileSync(join(cwd, 'target'), lockOf(await deadPid()));
    symlinkSync('target', join(cwd, 'link.lock'));
    symlinkSync('nothing', join(cwd, 'dangling.lock'));
    const before = readdirSync(cwd);
    for (const name of ['folder', 'link', 'dangling']) {
      const ended = await run(['import', 'in.ndjson', '--journal', name, ...fast], { cwd, runtime });
      expect(ended.stderr).toContain(`alipayhk-pass: ${name}.lock is no lock of an import; it is left as it is;`);
      expect(ended.code).toBe(2);
    }
    expect(readdirSync(cwd)).toEqual(before);
  });
});

describe('the lock of a journal', () => {
  it('is held by one process at a time, however often several take it over from one that has ended', async () => {
    const cwd = temporaryFolder();
    const script = join(import.meta.dirname, 'lock-contender.ts');
    const args = [script, cwd, String(await deadPid()), '1500'];
    const contenders = await Promise.all(
      Array.from({ length: 4 }, () => promisify(execFile)(node.command, args).then(({ stdout }) => Number(stdout))),
    );
    for (const taken of contenders) expect(taken).toBeGreaterThan(0);
    expect(readdirSync(cwd)).toEqual(['lock']);
  });
});

describe('import', () => {
  it('exits with 2 for a lock with its own process id on another host, as another container may have it', async () => {
    const cwd = folder();
    const script = `printf %s "${lockOf('$$', randomUUID(), 'other')}" >in.ndjson.journal.lock; exec "$@"`;
    const sh = { name: 'sh', command: 'sh', args: ['-c', script, 'sh', node.command] };
    const ended = await start(['import', 'in.ndjson', ...fast], { cwd, runtime: sh }).ended;
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(
      /^alipayhk-pass: another import \(process \d+ of other\) uses this journal; if none is running, delete in.ndjson.journal.lock\n$/,
    );
    expect(existsSync(join(cwd, 'in.ndjson.journal.lock'))).toBe(true);
  });

  it('takes over a lock with its own process id on its own host, as after a restart of a container', async () => {
    const { url } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(2, 1)));
    const script = `printf %s "${lockOf('$$')}" >in.ndjson.journal.lock; exec "$@"`;
    const sh = { name: 'sh', command: 'sh', args: ['-c', script, 'sh', node.command] };
    const ended = await start(['import', 'in.ndjson', ...fast], { cwd, runtime: sh }).ended;
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(existsSync(join(cwd, 'in.ndjson.journal.lock'))).toBe(false);
  });

  it('exits with 2 while another import takes the lock over', async () => {
    const cwd = folder();
    const id = randomUUID();
    writeFileSync(join(cwd, 'in.ndjson.journal.lock'), lockOf(await deadPid(), id));
    writeFileSync(join(cwd, `in.ndjson.journal.lock.${id}`), lockOf(process.pid));
    const before = readdirSync(cwd);
    const ended = await run(['import', 'in.ndjson', ...fast], { cwd });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toBe(
      `alipayhk-pass: another import (process ${process.pid} of ${hostname()}) is taking in.ndjson.journal.lock over; if none is running, delete in.ndjson.journal.lock.${id}\n`,
    );
    expect(readdirSync(cwd)).toEqual(before);
  });

  it('stops with 1 when the disk of the journal is full, and sends no more than one line of a pass again', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(20, 2)));
    // A limit of 512 bytes for every file: the head of the journal and some lines fit.
    const sh = { name: 'sh', command: 'sh', args: ['-c', 'ulimit -f 1; exec "$@"', 'sh', node.command] };
    const ended = await run(['import', 'in.ndjson', ...fast], { cwd, runtime: sh });
    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(ended.stderr).toBe(
      'alipayhk-pass: in.ndjson.journal cannot be written: the disk is full; run the same command again to go on\n',
    );
    expect(existsSync(join(cwd, 'in.ndjson.journal.lock'))).toBe(false);
    const sent = updates.length;
    expect(sent).toBeLessThan(20);
    expect((await run(['import', 'in.ndjson', ...fast], { cwd })).code).toBe(0);
    for (const passId of ['0', '1']) {
      const states = updates.filter((each) => each.passId === passId).map(({ dataInfo }) => Number(dataInfo?.points));
      expect(states).toEqual(states.toSorted((a, b) => a - b));
      expect(new Set(states).size).toBe(10);
      expect(states.length).toBeLessThanOrEqual(11);
    }
  });
});
