// Bad input for every command in every runtime: one line that says what is wrong, and the documented exit code.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { serve } from './gateway.ts';
import { folderWithKeys } from './keys.ts';
import { binary, run, runtimes, start } from './runtimes.ts';

const update = ['update', '--pass-id', '1', '--user-id', 'U1'];
const enough = ['trigger', 'bill', '--to', 'http://127.0.0.1:9', '--tag', 'shop', '--user-id', 'U1'];

const cases: [what: string, args: string[], code: number, text: string | RegExp][] = [
  ['a command that is none', ['updat'], 2, 'unknown command "updat"; see alipayhk-pass --help'],
  ['an option in place of a command', ['--updat'], 2, 'unknown option "--updat"; see alipayhk-pass --help'],
  ['more than --version takes', ['--version', 'x'], 2, 'unexpected argument "x"; expected alipayhk-pass --version'],
  ['more than help takes', ['help', 'update', 'x'], 2, 'unexpected argument "x"; expected alipayhk-pass help COMMAND'],
  ...['sandbox', 'keygen', 'doctor', 'update', 'explain', 'sign', 'verify', 'seal', 'open'].map(
    (name): [string, string[], number, string] => [
      `an option that ${name} has not`,
      [name, '--nonsense'],
      2,
      'unknown option --nonsense',
    ],
  ),
  ...['explain', 'verify', 'seal', 'open', 'update', 'sign'].flatMap((name): [string, string[], number, RegExp][] => [
    [`a file that is not there, for ${name}`, [name, 'missing'], 2, /missing cannot be read: no such file$/],
    [`a folder as the file, for ${name}`, [name, 'folder'], 2, /folder cannot be read: it is a folder$/],
  ]),
  ['a folder as the file, for import', ['import', 'folder', '--format', 'csv'], 2, /^the file: folder is no file; /],
  ['a folder as the configuration', [...update, '--config', 'folder'], 2, 'folder cannot be read: it is a folder'],
  ['a pause of years', [...update, '--timeout', '99999999999'], 2, '--timeout must be at most 2147483647'],
  ['a port that is none', ['sandbox', '--port', '65536'], 2, '--port must be at most 65535'],
  [
    'a variant that is none',
    ['sandbox', '--port', '0', '--variant', 'nope'],
    2,
    /^--variant must be one of aes-ecb-rsa-oaep, /,
  ],
  ['a file as the folder, for keygen', ['keygen', 'file'], 2, 'file cannot be made a folder: it is no folder'],
  [
    'a file as the folder, for sandbox',
    ['sandbox', '--port', '0', '--folder', 'file/below'],
    2,
    'file/below cannot be made a folder: a part of its path is no folder',
  ],
  [
    'a folder that the system does not make',
    ['keygen', '/proc/x/y'],
    2,
    /^\/proc\/x cannot be made a folder: the system has no such folder$/,
  ],
  [
    'a folder as the output',
    ['keygen', '.', '--name', 'taken', '--force'],
    2,
    'taken-private-key.pem cannot be written: it is a folder',
  ],
  ["a merchant's call without its key", enough, 2, /^gateway-private-key is missing; expected --gateway-private-key/],
];

function folder(config: object = {}): string {
  const cwd = folderWithKeys(config);
  mkdirSync(join(cwd, 'folder'));
  mkdirSync(join(cwd, 'taken-private-key.pem'));
  writeFileSync(join(cwd, 'file'), '');
  return cwd;
}

describe.each(runtimes)('on $name, one line and the exit code for', (runtime) => {
  it.each(cases)('%s', async (_, args, code, text) => {
    const cwd = folder();
    const ended = await run([...args, '--json'], { cwd, runtime });
    const { exitCode, error } = JSON.parse(ended.stdout);
    expect([ended.code, exitCode, error.code]).toEqual([code, code, 'Usage']);
    expect(error.message).toEqual(typeof text === 'string' ? text : expect.stringMatching(text));
    expect(ended.stderr).toBe(`alipayhk-pass: ${error.message}\n`);
    expect(readdirSync(cwd).filter((name) => name.startsWith('alipayhk-sandbox'))).toEqual([]);
  });

  it('Ctrl-C while a reply is awaited: the update may have taken effect', async () => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>();
    const url = await serve(async () => {
      resolve();
      return new Promise<never>(() => undefined);
    });
    const running = start([...update, '--json'], { cwd: folder({ gatewayUrl: url }), runtime });
    await arrived;
    running.kill('SIGINT');
    const { code, stdout, stderr } = await running.ended;
    const text = 'stopped before a reply arrived; the update may have taken effect';
    expect({ code, stderr }).toEqual({ code: 4, stderr: `alipayhk-pass: ${text}\n` });
    expect(JSON.parse(stdout)).toEqual({ exitCode: 4, error: { code: 'Failed', message: text } });
  });

  it('a message of one line without end', async () => {
    const input = `POST ${'/x'.repeat(2_000_000)}`;
    const ended = await run(['explain'], { cwd: folder(), runtime, input });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^alipayhk-pass: not a captured message; .{1,200}\n$/);
  });

  it('a disk that is full when the keys are written and their names are not', async () => {
    const cwd = folder();
    const command = [runtime.command, ...runtime.args, binary, 'keygen', 'keys', '--json'];
    const shell = `${command.map((each) => `'${each}'`).join(' ')} >/dev/full`;
    const ended = await promisify(execFile)('sh', ['-c', shell], { cwd, env: { ...process.env, NO_COLOR: '1' } }).catch(
      (error: { code: number; stderr: string }) => error,
    );
    expect(ended).toMatchObject({ code: 1, stderr: 'alipayhk-pass: the disk is full\n' });
    expect(existsSync(join(cwd, 'keys/merchant-public-key.pem'))).toBe(true);
  });
});
