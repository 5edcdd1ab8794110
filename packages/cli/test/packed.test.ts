import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium } from 'playwright';
import { expect, it, onTestFinished } from 'vitest';
import { node, temporaryFolder } from './runtimes.ts';

const root = join(import.meta.dirname, '..');

/** The package as npx unpacks it: what is published, and what it depends on. */
function unpack(): string {
  const folder = temporaryFolder();
  execFileSync('pnpm', ['pack', '--out', join(folder, 'packed.tgz')], { cwd: root, stdio: 'ignore' });
  execFileSync('tar', ['-xzf', 'packed.tgz'], { cwd: folder });
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
  for (const name of Object.keys(dependencies)) {
    const link = join(folder, 'package/node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(realpathSync(join(root, 'node_modules', name)), link);
  }
  return folder;
}

/** Starts the sandbox of the packed command in an empty folder. */
async function startPacked(): Promise<{ cwd: string; bin: string; printed: string }> {
  const folder = unpack();
  const packageJson = JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8'));
  const bin = join(folder, 'package', packageJson.bin['alipayhk-pass']);
  const cwd = join(folder, 'empty');
  mkdirSync(cwd);
  const env = { PATH: process.env.PATH, NO_COLOR: '1' };
  const child = spawn(node.command, [bin, 'sandbox', '--port', '0'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Ctrl-C')) break;
  }
  return { cwd, bin, printed: lines.join('\n') };
}

it('the packed command starts the sandbox in an empty folder, and what it prints sends an accepted update', async () => {
  const { cwd, bin, printed } = await startPacked();
  const [, command = ''] = /^npx alipayhk-pass (update (?:.*\\\n)*.*)$/m.exec(printed) ?? [];
  const out = execFileSync('sh', ['-c', `"$0" "$1" ${command}`, node.command, bin], { cwd });
  expect(out.toString()).toContain('done: S SUCCESS');
});

/** Where every program is promised to be there, it is no reason to leave this out that it is not. */
const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const hasBrowser = existsSync(executablePath) || process.env.CI === 'true';

it.runIf(hasBrowser)('three actions on the page of the packed command lead to an accepted update', async () => {
  const { printed } = await startPacked();
  const [, url = ''] = /^open +(\S+)$/m.exec(printed) ?? [];
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
  });
  onTestFinished(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url); // one
  await page.getByRole('button', { name: 'Use the sandbox’s key' }).click(); // two
  await page.getByRole('button', { name: 'Seal and send' }).click(); // three
  await page.locator('[data-outcome=accepted][aria-busy=false]').waitFor();
  expect(await page.locator('.verdict').textContent()).toBe('Accepted');
});

it('SKILL.md is the same in the command and in the api package', () => {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  expect(read('SKILL.md')).toBe(read('node_modules/@alipayhk-pass/api/SKILL.md'));
});
