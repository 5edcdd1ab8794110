/**
 * docs/first-update.md, step by step, as a newcomer follows it: in an empty folder, with a registry that has the packed
 * packages, until the sandbox has accepted an update. Only the ports are others, and the Worker's wrangler is the tests'.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Child, startChild } from '@alipayhk-pass/harness/child';
import { listen } from '@alipayhk-pass/harness/listen';
import { createSandboxClient } from '@alipayhk-pass/sandbox/client';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { run } from './harness.ts';
import { app } from './packed.ts';
import { type Registry, startRegistry } from './registry/registry.ts';

const home = mkdtempSync(join(tmpdir(), 'first-update-'));
const cards = join(home, 'cards');
const passId = '2024052200000000000001';

let registry: Registry;
let sandbox: Child;
let url: string;
/** What a newcomer's shell has, but for the registry. */
let variables: Record<string, string | undefined>;

beforeAll(async () => {
  registry = await startRegistry();
  variables = {
    ...registry.variables,
    HOME: home,
    PATH: `${join(app, 'node_modules/.bin')}${delimiter}${process.env.PATH}`,
    npm_config_yes: 'true',
    WRANGLER_LOG: 'info', // the sandbox's starter has set others for this process
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  };
  const { commands } = stepsOf(pages.en);
  url = `http://127.0.0.1:${await freePort()}`;
  const script = (commands['1'] ?? []).join('\n').replace('sandbox', `sandbox --port ${new URL(url).port}`);
  expect(script).toContain('npx alipayhk-pass sandbox');
  sandbox = startChild('/bin/sh', ['-ec', script], { limit: 550_000, cwd: home, variables });
  await sandbox.printed(/^open +http:\S+/m, 120_000);
});
afterAll(async () => {
  await sandbox?.stop();
  await registry?.stop();
  rmSync(home, { recursive: true, force: true });
});

const read = (path: string): string => readFileSync(join(app, '../../docs', path), 'utf8');
const pages = { en: read('first-update.md'), 'zh-Hant': read('zh-Hant/first-update.md') };

/** The page's commands by the number or name of its section, and its other blocks in their order. */
function stepsOf(page: string): { commands: Record<string, string[]>; files: string[] } {
  const commands: Record<string, string[]> = {};
  const files: string[] = [];
  for (const section of page.split(/^##+ /m).slice(1)) {
    const [, name = ''] = /^(\d+|.+)/.exec(section) ?? [];
    for (const [, language, block = ''] of section.matchAll(/^```(\w+)\n(.*?)^```$/gms)) {
      if (language !== 'sh') files.push(block);
      else {
        commands[name] ??= [];
        commands[name].push(block);
      }
    }
  }
  return { commands, files };
}

/** A folder of its own beside the sandbox's keys, where step 2 was done. */
async function configuredFolder(name: string): Promise<{ folder: string; shell(script: string): Promise<string> }> {
  const folder = join(home, name);
  mkdirSync(folder);
  symlinkSync(join(cards, 'alipayhk-sandbox'), join(folder, 'alipayhk-sandbox'));
  const shell = async (script: string): Promise<string> => {
    const moved = script.replaceAll('http://127.0.0.1:8787', url);
    const { code, stdout, stderr } = await run('/bin/sh', ['-ec', moved], { cwd: folder, variables });
    expect(code, `${stdout}\n${stderr}`).toBe(0);
    return stdout;
  };
  await shell(stepsOf(pages.en).commands['2']?.join('\n') ?? '');
  return { folder, shell };
}

const revision = async (): Promise<number> => (await createSandboxClient(url).readPass(passId)).revision;

describe('docs/first-update.md', () => {
  const { commands, files } = stepsOf(pages.en);
  const [update = '', configuration = '', worker = ''] = files;

  test.each(['Node', 'Bun', 'Deno'])('leads to an accepted update on %s', async (runtime) => {
    const { folder, shell } = await configuredFolder(runtime);
    writeFileSync(join(folder, 'update.ts'), update);
    // Our packages were published just now, which Deno would refuse for a day.
    if (runtime === 'Deno') writeFileSync(join(folder, 'deno.json'), '{ "minimumDependencyAge": 0 }');
    const before = await revision();
    const stdout = await shell(commands[runtime]?.join('\n') ?? '');
    expect(stdout).toMatch(/^updated \w+$/m);
    expect(await revision()).toBe(before + 1);
  });

  test('leads to an accepted update in a Cloudflare Worker', async () => {
    const { folder, shell } = await configuredFolder('worker');
    mkdirSync(join(folder, 'src'));
    writeFileSync(join(folder, 'wrangler.jsonc'), configuration);
    writeFileSync(join(folder, 'src/worker.ts'), worker);
    const [start = '', send = '', deploy = ''] = commands['Cloudflare Worker'] ?? [];
    const port = await freePort();
    const lines = start.trim().split('\n');
    expect(lines.splice(1, 1)).toEqual(['npm i -D wrangler']); // the tests' own is on the PATH
    expect(lines.at(-1)).toBe('npx wrangler dev --port 8788');
    await shell(lines.slice(0, -1).join('\n'));
    const dev = lines.at(-1)?.replace('npx ', '').replace('8788', `${port} --show-interactive-dev-session=false`) ?? '';
    const running = startChild('/bin/sh', ['-ec', `exec ${dev}`], { limit: 200_000, cwd: folder, variables });
    onTestFinished(async () => void (await running.stop()));
    await running.printed(/Ready on/, 120_000);

    const before = await revision();
    const stdout = await shell(send.replace('8788', `${port}`));
    expect(JSON.parse(stdout), running.output()).toEqual({ tracerId: expect.stringMatching(/^\w+$/) });
    expect(await revision()).toBe(before + 1);
    const refused = await shell(send.replace('8788', `${port}`).replaceAll(passId, 'none'));
    expect(JSON.parse(refused)).toMatchObject({ resultInfo: { resultCode: 'PASS_HAS_NOT_EXIST' } });
    expect(deploy).toContain('wrangler secret put MERCHANT_PRIVATE_KEY');
  });

  test('has in Chinese the same commands and files', () => {
    const chinese = stepsOf(pages['zh-Hant']);
    expect(chinese.files).toEqual(files);
    expect(Object.values(chinese.commands)).toEqual(Object.values(commands));
  });
});

/** A port that nothing listens on. */
async function freePort(): Promise<number> {
  const server = await listen(() => undefined);
  await server.close();
  return Number(new URL(server.url).port);
}
