// A Worker of one file: what it gets, and what is left of it.
import { randomUUID } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { marked } from '../src/processes.ts';
import { startScript, workerdVersion } from '../src/script.ts';
import { echo } from './projects.ts';

afterEach(() => void vi.unstubAllEnvs());

/** Marks whatever this process starts from now on. */
function mark(): () => string[] {
  const value = randomUUID();
  vi.stubEnv('HARNESS_TEST', value);
  return () => marked(value);
}

test('startScript binds variables unchanged and opens no debug port, and stop leaves no process', async () => {
  const running = mark();
  const vars = { A: 'a\n\'$\\"`', B: '{}' };
  const script = await startScript({ code: echo, vars });
  expect(await (await fetch(script.url)).json()).toEqual(vars);
  expect(await (await fetch(`${script.url}/cdn-cgi/local/explorer`)).json()).toEqual(vars); // no explorer
  expect(running()).toEqual([expect.not.stringMatching(/inspector|debug/)]);
  await script.stop();
  expect(running()).toEqual([]);
  await expect(fetch(script.url)).rejects.toThrow('fetch failed');
});

test.each([
  [[], false],
  [['nodejs_compat'], true],
])('a script with the flags %j has Node’s APIs: %j', async (compatibilityFlags, expected) => {
  const code = `export default { fetch: () => import('node:crypto').then(() => Response.json(true), () => Response.json(false)) }`;
  const script = await startScript({ code, compatibilityFlags });
  const found: unknown = await (await fetch(script.url)).json();
  await script.stop();
  expect(found).toBe(expected);
});

test('startScript throws the reason and leaves no process when the script throws on loading', async () => {
  const running = mark();
  await expect(startScript({ code: 'throw new Error("at once"); export default {}' })).rejects.toThrow('at once');
  expect(running()).toEqual([]);
});

test('workerdVersion is a version', () => {
  expect(workerdVersion).toMatch(/^1\.\d{8}\.\d+$/);
});
