// The starter beneath npx or pnpm, with shells in their places: they end without passing a signal on.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startChild } from '@alipayhk-pass/harness/child';
import { marked, processes } from '@alipayhk-pass/harness/processes';
import { expect, test } from 'vitest';

const limit = 90_000;
const starter = (file: string) => join(import.meta.dirname, '..', 'starter', file);
/** What npm and pnpm set for whatever they start, and an ending that keeps the shell from giving way to the command. */
const shell = { npx: 'npm_execpath=npx.js "$@"; exit $?', pnpm: 'npm_execpath=pnpm "$@"; echo "exit code $?"' };

test('ends when npx has ended, says so, and exits with 1', { timeout: limit }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alipayhk-pass-launcher-'));
  const mark = randomUUID();
  const args = [process.execPath, starter('command.ts'), '--json', '--folder', folder, '--port', '0'];
  await using npx = startChild('sh', ['-c', shell.npx, 'npx', 'sh', '-c', shell.pnpm, 'pnpm', ...args], {
    limit,
    variables: { ALIPAYHK_PASS_LAUNCHER_TEST: mark, npm_execpath: undefined },
  });
  await npx.printed(/^\{.*\}$/m);
  npx.kill('SIGKILL');
  await npx.printed(/^exit code 1$/m);
  expect(npx.output()).toContain(
    `sandbox: stopped because process ${npx.pid}, through which npx or pnpm started it, has ended\n`,
  );
  await expect.poll(() => marked(mark), { timeout: 20_000 }).toEqual([]);
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** Ends after two seconds, unless it notices before that its launcher has ended. */
const watching = `
  const { untilLauncherEnds } = await import(${JSON.stringify(starter('launcher.ts'))});
  const { setTimeout: sleep } = await import('node:timers/promises');
  console.log('watching');
  console.log(await Promise.race([untilLauncherEnds().then((pid) => \`ended: \${pid}\`), sleep(2_000, 'still watching')]));`;
const node = [process.execPath, '--input-type=module', '--eval', watching];

test('goes on when what started npx has ended', async () => {
  const script = '"$@" & wait $!; exit $?';
  await using parent = startChild('sh', ['-c', script, 'a script', 'sh', '-c', shell.npx, 'npx', ...node], {
    limit,
    variables: { npm_execpath: undefined },
  });
  await parent.printed(/watching/);
  parent.kill('SIGKILL');
  expect((await parent.ended).stdout).toBe('watching\nstill watching\n');
});

// Only root may start a process as another user.
const isRoot = process.getuid?.() === 0;
const skipped = isRoot ? '' : ': SKIPPED, this user is not root';
if (skipped) console.warn(`another user${skipped}`);

test.skipIf(!isRoot)(
  `goes on beneath a process of another user that has pnpm in its command line${skipped}`,
  async () => {
    const variables = { npm_execpath: 'pnpm' };
    const nobody = 65_534;
    const run = `require('node:child_process').spawnSync(process.argv[1], process.argv.slice(2), { uid: ${nobody}, stdio: 'inherit' }) // su - app -c pnpm`;
    await using su = startChild(process.execPath, ['--eval', run, ...node], { limit, variables });
    await su.printed(/watching/);
    expect(processes().filter(({ group }) => group === su.pid)).toHaveLength(2);
    expect((await su.ended).stdout).toBe('watching\nstill watching\n');
  },
);
