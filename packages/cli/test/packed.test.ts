import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
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

it('the packed command starts the sandbox in an empty folder, and what it prints sends an accepted update', async () => {
  const folder = unpack();
  const bin = join(
    folder,
    'package',
    JSON.parse(readFileSync(join(folder, 'package/package.json'), 'utf8')).bin['alipayhk-pass'],
  );
  const cwd = join(folder, 'empty');
  mkdirSync(cwd);
  const child = spawn(node.command, [bin, 'sandbox', '--port', '0'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });
  onTestFinished(() => void child.kill());
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Ctrl-C')) break;
  }
  const printed = lines.join('\n');
  const [, command = ''] = /^alipayhk-pass (update (?:.*\\\n)*.*)$/m.exec(printed) ?? [];
  const out = execFileSync('sh', ['-c', `"$0" "$1" ${command}`, node.command, bin], { cwd });
  expect(out.toString()).toContain('done: S SUCCESS');
});

it('SKILL.md is the same in the command and in the api package', () => {
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  expect(read('SKILL.md')).toBe(read('node_modules/@alipayhk-pass/api/SKILL.md'));
});
