import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run, runtimes, temporaryFolder } from './runtimes.ts';

const names = [
  'sandbox',
  'keygen',
  'doctor',
  'update',
  'explain',
  'import',
  'trigger',
  'sign',
  'verify',
  'seal',
  'open',
  'completion',
];

describe.each(runtimes)('help on $name', (runtime) => {
  it('lists every command', async () => {
    const { code, stdout } = await run([], { runtime });
    expect(code).toBe(0);
    for (const name of names) expect(stdout).toMatch(new RegExp(`^  ${name} +\\w`, 'm'));
  });

  it.each(names)('of %s has usage, options, examples and exit codes, in lines that fit', async (name) => {
    const { code, stdout } = await run([name, '--help'], { runtime });
    expect(code).toBe(0);
    for (const title of ['Usage', 'Options', 'Examples', 'Exit codes']) expect(stdout).toContain(`\n\n${title}\n`);
    const prose = stdout.split('\n\nExamples\n')[0] ?? '';
    for (const line of prose.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
    expect((await run(['help', name], { runtime })).stdout).toBe(stdout);
  });
});

/** Shells that are there; where every program is promised to be, all of them. */
const shells = ['/usr/bin/zsh', '/usr/bin/fish'].filter((path) => existsSync(path) || process.env.CI === 'true');

describe('completion', () => {
  const complete = async (words: string[]): Promise<string[]> => {
    const { stdout } = await run(['completion', 'bash']);
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'points.csv'), '');
    const script = `${stdout}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _alipayhk_pass; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { cwd }).toString().split('\n').filter(Boolean);
  };

  it.each([
    ['names of commands', ['alipayhk-pass', 'se'], ['seal']],
    [
      'options of a command',
      ['alipayhk-pass', 'import', '--co'],
      ['--concurrency', '--coalesce', '--content', '--config'],
    ],
    ['files', ['alipayhk-pass', 'import', 'po'], ['points.csv']],
    ['files after an option that takes one', ['alipayhk-pass', 'import', '--journal', 'po'], ['points.csv']],
    ['nothing after an option with another value', ['alipayhk-pass', 'import', '--rate', ''], []],
  ])('offers %s in bash', async (_, words, offered) => {
    expect(await complete(words)).toEqual(offered);
  });

  it.each(shells)('is a script that %s reads', async (shell) => {
    const { stdout } = await run(['completion', shell.split('/').at(-1) ?? '']);
    const cwd = temporaryFolder();
    writeFileSync(join(cwd, 'script'), stdout);
    execFileSync(shell, ['-n', 'script'], { cwd });
    expect(stdout).toContain('journal');
  });

  it('exits with 2 for another shell', async () => {
    const ended = await run(['completion', 'tcsh']);
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: 'alipayhk-pass: unknown shell "tcsh"; expected bash, zsh or fish\n',
    });
  });
});
