/** The packages as they are published: packed, and unpacked where a package manager would put them. */
import { mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './harness.ts';

/** Everything that is published, by the name of its archive. */
export const published = {
  '@alipayhk-pass/message-security': 'message-security.tgz',
  '@alipayhk-pass/api': 'api.tgz',
  '@alipayhk-pass/node-crypto': 'node-crypto.tgz',
  '@alipayhk-pass/sandbox': 'sandbox.tgz',
  'alipayhk-pass': 'alipayhk-pass.tgz',
} as const;
export type Published = keyof typeof published;

/** The folder of the workspace: packages that it depends on are linked there. */
export const app = join(import.meta.dirname, '..');

/** What the examples depend on. */
export const installed: Published[] = ['@alipayhk-pass/message-security', '@alipayhk-pass/api'];

/** Packs these packages into a folder. */
export async function packAll(archives: string, names: Published[] = installed): Promise<void> {
  for (const name of names) {
    await succeed('pnpm', [
      '--dir',
      realpathSync(join(app, 'node_modules', name)),
      'pack',
      '--out',
      join(archives, published[name]),
    ]);
  }
}

/** Unpacks an archive as `node_modules/{name}` below this folder, and links what it depends on beside it. */
export async function unpack(name: Published, archives: string, folder: string): Promise<void> {
  const target = join(folder, 'node_modules', name);
  mkdirSync(target, { recursive: true });
  await succeed('tar', ['-xzf', join(archives, published[name]), '-C', target, '--strip-components=1']);
  const { dependencies = {} } = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  const others = Object.keys(dependencies).filter((dependency) => !(dependency in published));
  for (const dependency of others) link(dependency, join(app, 'node_modules', name), folder);
}

/** Unpacks what the examples depend on. */
export async function unpackAll(archives: string, folder: string): Promise<void> {
  for (const name of installed) await unpack(name, archives, folder);
}

/** What can be imported of a package, by the folder that it is in. */
export function entriesOf(folder: string): string[] {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.keys(exports)
    .filter((entry) => entry !== './package.json')
    .map((entry) => join(name, entry));
}

/** Links a package, as the package in `from` has it, into `node_modules` of this folder, under another name if one is given. */
export function link(dependency: string, from: string, folder: string, name = dependency): void {
  const path = join(folder, 'node_modules', name);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  symlinkSync(realpathSync(join(realpathSync(from), 'node_modules', dependency)), path);
}

async function succeed(command: string, args: string[]): Promise<void> {
  const { code, stderr } = await run(command, args);
  if (code !== 0) throw new Error(`${command}: exit code ${code}\n${stderr}`);
}
