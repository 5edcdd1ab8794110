/**
 * Plants each bug of `bugs/` in a copy of the outbox and runs the simulation on it, seed after seed, until it finds the
 * bug. Exits with 1 if one is not found: `find-bugs [NAME…]`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { showProgress } from '@alipayhk-pass/harness/progress';

const outbox = join(import.meta.dirname, '..');
const root = join(outbox, '../..');
const chosen = process.argv.slice(2);
const names = readdirSync(join(import.meta.dirname, 'bugs'))
  .map((file) => file.replace(/\.patch$/, ''))
  .filter((name) => chosen.length === 0 || chosen.includes(name));
const seeds = 15;
const missed: string[] = [];
const lines: string[] = [];
const progress = showProgress('find-bugs', names.length, 'bugs');

for (const [index, name] of names.entries()) {
  progress.update(index, name);
  // Beside the packages that it imports.
  const copy = join(outbox, 'dist', 'bugs', name);
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  for (const folder of ['src', 'simulation']) cpSync(join(outbox, folder), join(copy, folder), { recursive: true });
  const patch = join(import.meta.dirname, 'bugs', `${name}.patch`);
  const applied = spawnSync('git', ['apply', `--directory=${relative(root, copy)}`, patch], {
    cwd: root,
    encoding: 'utf8',
  });
  if (applied.status !== 0) throw new Error(`${name}: the patch does not apply: ${applied.stderr}`);
  const size = ['--days', '1', '--updates', '4000', '--passes', '150', '--members', '8'];
  const began = performance.now();
  const args = [join(copy, 'simulation/simulate.ts'), '--seed', '1', '--runs', `${seeds}`, ...size];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  const [, seed, problem = ''] = /^(seed \d+): \d+ problems\n(.*)$/m.exec(stderr) ?? [];
  if (status === 1 && seed !== undefined) lines.push(`${name}: found under ${seed}, ${seconds} s: ${problem}`);
  else {
    missed.push(name);
    lines.push(`${name}: not found under ${seeds} seeds, ${seconds} s ${stderr.slice(-300)}`);
  }
  rmSync(copy, { recursive: true, force: true });
}
progress.update(names.length);
progress.end();
console.log([...lines, `${names.length - missed.length} of ${names.length} bugs found`].join('\n'));
if (missed.length > 0) process.exitCode = 1;
