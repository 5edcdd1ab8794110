// The list of processes, with processes made up for it.
import { expect, test } from 'vitest';
import { startChild } from '../src/child.ts';
import { environmentOf, isRunning, marked, parentOf, processes } from '../src/processes.ts';

const code = `
  while (process.cpuUsage().user < 150_000);
  process.title = 'a) (b';
  console.log('ready');
  setInterval(() => {}, 1000);`;
const start = () =>
  startChild(process.execPath, ['--eval', code], { limit: 30_000, variables: { HARNESS_TEST: 'a mark of this test' } });

test('processes, parentOf, environmentOf and marked find a child until it ends', async () => {
  await using child = start();
  await child.printed(/ready/);
  expect(processes()).toContainEqual(
    expect.objectContaining({ pid: child.pid, parent: process.pid, group: child.pid, name: 'a) (b' }),
  );
  expect(isRunning(child.pid)).toBe(true);
  expect(parentOf(child.pid)).toBe(process.pid);
  expect(parentOf(process.pid)).toBe(process.ppid);
  expect(environmentOf(child.pid)).toContain('HARNESS_TEST=a mark of this test');
  expect(marked('HARNESS_TEST=a mark of this test')).toHaveLength(1);
  await child.stop();
  expect(isRunning(child.pid)).toBe(false);
  expect(parentOf(child.pid)).toBeUndefined();
  expect(environmentOf(child.pid)).toBe('');
  expect(marked('HARNESS_TEST=a mark of this test')).toEqual([]);
});

test.runIf(process.platform === 'linux')('processes tells time and memory on Linux', async () => {
  await using child = start();
  await child.printed(/ready/);
  const found = processes().find(({ pid }) => pid === child.pid);
  await child.stop();
  expect(found?.time).toBeGreaterThanOrEqual(100);
  expect(found?.time).toBeLessThan(30_000);
  expect(found?.memory).toBeGreaterThan(10e6);
  expect(found?.memory).toBeLessThan(10e9);
});
