// A Worker in a process of its own: killed, stopped, and left by the process that started it.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { startChild } from '../src/child.ts';
import { isRunning, processes } from '../src/processes.ts';
import { startWorkerProcess } from '../src/worker-process.ts';
import { echo, project, work } from './projects.ts';

afterEach(() => void vi.unstubAllEnvs());

const configDir = project('echo', { 'worker.js': echo });
const temporary = project('temporary', {});
const namesIn = (group: number) => processes().flatMap((each) => (each.group === group ? [each.name] : []));
const leftBehind = () => readdirSync(temporary).filter((name) => name.startsWith('alipayhk-pass'));

test.each(['kill', 'stop'] as const)(
  '%s ends every process of the group and removes its temporary files',
  async (how) => {
    vi.stubEnv('TMPDIR', temporary);
    const vars = { A: 'a\n\'$\\"`', B: 'b' };
    const worker = await startWorkerProcess({ configDir, vars });
    expect(await (await fetch(worker.url)).json()).toEqual(vars);
    expect(namesIn(worker.processGroup).filter((name) => name === 'workerd')).toHaveLength(2);
    expect(leftBehind()).toHaveLength(1);
    await worker[how]();
    expect(isRunning(worker.processGroup)).toBe(false);
    expect(leftBehind()).toEqual([]);
    await expect(fetch(worker.url)).rejects.toThrow('fetch failed');
  },
);

test('startWorkerProcess throws the reason when the Worker does not start', async () => {
  vi.stubEnv('TMPDIR', temporary);
  const broken = project('broken', { 'worker.js': 'export default {' });
  await expect(startWorkerProcess({ configDir: broken })).rejects.toThrow(
    /does not start: [\s\S]*worker\.js:1:16: ERROR/,
  );
  expect(leftBehind()).toEqual([]);
});

test('the Worker ends when the process that started it is killed', async () => {
  const code = `
    const { startWorkerProcess } = await import(${JSON.stringify(new URL('../src/worker-process.ts', import.meta.url).href)});
    console.log((await startWorkerProcess({ configDir: ${JSON.stringify(configDir)} })).processGroup);`;
  const variables = { TMPDIR: join(work, 'temporary') };
  await using child = startChild(process.execPath, ['--input-type=module', '--eval', code], {
    limit: 60_000,
    variables,
  });
  const group = Number((await child.printed(/^\d+$/m))[0]);
  expect(isRunning(group)).toBe(true);
  child.kill('SIGKILL');
  await child.ended;
  await expect.poll(() => isRunning(group), { timeout: 20_000 }).toBe(false);
});
