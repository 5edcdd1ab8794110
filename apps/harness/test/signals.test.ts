// Signals that ask a program to stop, sent to programs made up for it.
import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startChild } from '../src/child.ts';
import { marked } from '../src/processes.ts';
import { echo, project } from './projects.ts';

const source = (name: string) => JSON.stringify(new URL(`../src/${name}.ts`, import.meta.url).href);
const run = (code: string, variables = {}) =>
  startChild(process.execPath, ['--input-type=module', '--eval', code], { limit: 60_000, variables });

test.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  'untilSignal resolves with the first %s and its exit code, and ignores later ones',
  async (signal, exitCode) => {
    await using child = run(`
      import { setTimeout as sleep } from 'node:timers/promises';
      import { untilSignal } from ${source('signals')};
      const stopped = untilSignal();
      process.kill(process.pid, '${signal}');
      const keepAlive = setInterval(() => {}, 1000);
      console.log(JSON.stringify([await stopped, (await untilSignal()) === (await stopped)]));
      process.kill(process.pid, '${signal}');
      await sleep(50); // it has arrived
      process.exit(6);`);
    const { code, stdout } = await child.ended;
    expect(JSON.parse(stdout)).toEqual([{ name: signal, exitCode }, true]);
    expect(code).toBe(6);
  },
);

test('exitOnSignal says what stopped the program and runs what is to be done on exit', async () => {
  await using child = run(`
    import { exitOnSignal } from ${source('signals')};
    exitOnSignal('made-up');
    process.on('exit', () => console.log('cleaned up'));
    setInterval(() => {}, 1000);
    console.log('ready');`);
  await child.printed(/ready/);
  child.kill('SIGTERM');
  expect(await child.ended).toMatchObject({
    code: 143,
    stdout: 'ready\ncleaned up\n',
    stderr: 'made-up: stopped by SIGTERM\n',
  });
});

// A library that Workers bring along ends the process at once, if its handlers are left to it.
test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
  'a program with a Worker stops it by itself after %s, sent to its whole group',
  async (signal) => {
    const configDir = project(signal, { 'worker.js': echo });
    const temporary = project(`temporary of ${signal}`, {});
    const before = readdirSync(temporary);
    const mark = randomUUID();
    await using child = run(
      `
    import { untilSignal } from ${source('signals')};
    import { startWorker } from ${source('workers')};
    const stopped = untilSignal();
    const worker = await startWorker({ configDir: ${JSON.stringify(configDir)} });
    console.log('ready');
    await stopped;
    await worker.stop();
    console.log('stopped');
    process.exit(7);`,
      { HARNESS_TEST: mark, TMPDIR: temporary },
    );
    await child.printed(/ready/);
    process.kill(-child.pid, signal); // as a terminal does on Ctrl-C
    expect(await child.ended).toMatchObject({ code: 7, stdout: 'ready\nstopped\n', stderr: '' });
    await expect.poll(() => marked(mark)).toEqual([]);
    expect(readdirSync(temporary)).toEqual(before);
  },
);
