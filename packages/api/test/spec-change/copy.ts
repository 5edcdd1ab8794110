/**
 * A copy of the workspaces that a change of the spec affects, in a folder of its own, and the commands that a developer
 * runs there. The copied workspaces import each other; everything else they import from the repository.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Document, parseDocument } from 'yaml';

const repository = fileURLToPath(new URL('../../../..', import.meta.url));
const copied = ['spec', 'packages/api', 'apps/outbox', 'apps/benchmarks'];
const skipped = new Set(['node_modules', 'dist', '.wrangler', '.turbo']);

/** How a command ended: whether it succeeded, and its output, both streams together. */
export interface Ended {
  ok: boolean;
  output: string;
}

/** A copy of the parts of the repository that depend on the spec. */
export interface Copy extends AsyncDisposable {
  /** Its folder. */
  dir: string;
  /** Edits spec/openapi.yaml. */
  edit(change: (spec: Document) => void): Promise<void>;
  /** Runs a file with `node` in a folder of the copy; `input` goes to its standard input, as JSON. */
  node(folder: string, file: string, input?: unknown): Promise<Ended>;
  /** Runs a command of a package that a workspace has, as its scripts do. */
  command(workspace: string, name: string, ...args: string[]): Promise<Ended>;
}

/** Makes a copy. Its folder `user` is a project that has installed `@alipayhk-pass/api`. */
export async function copyRepository(): Promise<Copy> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'alipayhk-pass-spec-change-')));
  await cp(join(repository, 'tsconfig.base.json'), join(dir, 'tsconfig.base.json'));
  // Linked, not copied: it does not depend on the spec, but `size` measures its files.
  await mkdir(join(dir, 'packages'));
  await link(join(repository, 'packages/message-security'), join(dir, 'packages/message-security'));
  for (const workspace of copied) {
    const from = join(repository, workspace);
    await cp(from, join(dir, workspace), { recursive: true, filter: (path) => !skipped.has(basename(path)) });
    await linkDependencies(join(from, 'node_modules'), join(dir, workspace, 'node_modules'), dir);
  }
  await cp(fileURLToPath(new URL('user', import.meta.url)), join(dir, 'user'), { recursive: true });
  await linkDependencies(join(repository, 'packages/api/node_modules'), join(dir, 'user/node_modules'), dir);
  await link(join(dir, 'packages/api'), join(dir, 'user/node_modules/@alipayhk-pass/api'));

  const specFile = join(dir, 'spec/openapi.yaml');
  return {
    dir,
    node: (folder, file, input) => run(join(dir, folder), [file], JSON.stringify(input)),
    async edit(change) {
      const spec = parseDocument(await readFile(specFile, 'utf8'));
      change(spec);
      await writeFile(specFile, spec.toString());
    },
    async command(workspace, name, ...args) {
      const home = join(dir, workspace, 'node_modules', name);
      const { bin } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8'));
      const [file] = Object.values<string>(typeof bin === 'string' ? { bin } : bin);
      return run(join(dir, workspace), [join(home, file ?? ''), ...args]);
    },
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

/** Links the packages of a node_modules folder; a copied workspace is linked to its copy. */
async function linkDependencies(from: string, to: string, dir: string): Promise<void> {
  for (const name of await readdir(from)) {
    if (name.startsWith('.')) continue;
    if (name.startsWith('@')) {
      await linkDependencies(join(from, name), join(to, name), dir);
      continue;
    }
    const target = await realpath(join(from, name));
    const workspace = copied.find((each) => target === join(repository, each));
    await link(workspace === undefined ? target : join(dir, workspace), join(to, name));
  }
}

async function link(target: string, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await symlink(target, path, 'junction');
}

function run(cwd: string, args: string[], input = ''): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { cwd, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, output: `${stdout}${stderr}` });
    });
    child.stdin?.end(input);
  });
}
