/**
 * JSR has the sources of two packages. Checks that the `jsr.json` of each says what its package.json says, that each exported
 * symbol is documented, and that `deno publish` would take both. `--update` writes the `jsr.json`s; `--out DIR` keeps what
 * `deno publish` is to take.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Manifest, readManifest } from './manifests.ts';
import { report } from './report.ts';

/** The packages on JSR. The others need Node's own modules, or are a command. */
const folders = ['packages/message-security', 'packages/api'];
const exportsForTests = './internals-for-tests';

/** What a `jsr.json` says. */
export interface Jsr {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  publish: { include: string[]; exclude?: string[] };
}

/**
 * What the `jsr.json` of a package says.
 *
 * @param manifest - its package.json
 * @param versions - the versions of the other packages here, by name
 */
export function jsrOf(manifest: Manifest, versions: Record<string, string>): Jsr {
  const entries = Object.keys(manifest.exports ?? {}).filter((entry) => entry !== './package.json');
  const exports = entries
    .filter((entry) => entry !== exportsForTests)
    .map((entry) => [entry, `./src/${entry === '.' ? 'index' : entry.slice(2)}.ts`]);
  const { typescript: _, ...others } = { ...manifest.dependencies, ...manifest.peerDependencies };
  const imports = Object.entries(others).map(([name, range]) => [
    name,
    range.startsWith('workspace:') ? `jsr:${name}@^${versions[name]}` : `npm:${name}@${range}`,
  ]);
  const exclude = entries.includes(exportsForTests) ? [`src/${exportsForTests.slice(2)}.ts`] : [];
  return {
    name: manifest.name,
    version: manifest.version,
    license: `${manifest.license}`,
    exports: Object.fromEntries(exports),
    imports: Object.fromEntries(imports),
    publish: { include: ['src', 'README.md'], ...(exclude.length > 0 && { exclude }) },
  };
}

/**
 * Compares the `jsr.json` of each package with its package.json, and writes it where that is asked.
 *
 * @returns one line for each difference, as `packages/api/jsr.json: version is "0.1.0"; package.json says "0.2.0"`
 */
export function jsrProblems(root: string, update = false): string[] {
  const manifests = folders.map((folder) => readManifest(join(root, folder)));
  const versions = Object.fromEntries(manifests.map(({ name, version }) => [name, version]));
  return folders.flatMap((folder, at) => {
    const file = join(root, folder, 'jsr.json');
    const expected = jsrOf(manifests[at] as Manifest, versions);
    if (update) writeFileSync(file, `${JSON.stringify(expected, null, 2)}\n`);
    const found: Partial<Jsr> = JSON.parse(readFileSync(file, 'utf8'));
    return (Object.keys(expected) as (keyof Jsr)[]).flatMap((field) => {
      const [is, says] = [JSON.stringify(found[field]), JSON.stringify(expected[field])];
      return is === says ? [] : [`${folder}/jsr.json: ${field} is ${is}; package.json says ${says}`];
    });
  });
}

/**
 * What Deno finds wrong with packages, each a folder with `jsr.json` and `src`: symbols without documentation, types that
 * have to be inferred, and all else that JSR would refuse.
 *
 * @returns what Deno printed; empty if there is nothing wrong
 */
export async function denoProblems(packages: string[], deno: string): Promise<string> {
  const workspace = mkdtempSync(join(tmpdir(), 'jsr-'));
  try {
    writeWorkspace(packages, workspace, { nodeModulesDir: 'manual' });
    for (const folder of packages) {
      symlinkSync(join(folder, 'node_modules'), join(workspace, basename(folder), 'node_modules'));
    }
    const lints = packages.map(async (folder) => {
      const { exports }: Jsr = JSON.parse(readFileSync(join(folder, 'jsr.json'), 'utf8'));
      const cwd = join(workspace, basename(folder));
      return documentationErrors(await run(deno, ['doc', '--lint', ...Object.values(exports)], cwd), cwd);
    });
    const undocumented = (await Promise.all(lints)).join('');
    if (undocumented !== '') return undocumented;
    const { code, output } = await run(deno, ['publish', '--dry-run'], workspace);
    return code === 0 ? '' : output;
  } finally {
    rmSync(workspace, { recursive: true });
  }
}

/** Copies packages into a Deno workspace of their own, where each finds the others without JSR. */
function writeWorkspace(packages: string[], workspace: string, settings: { nodeModulesDir?: string } = {}): void {
  for (const folder of packages) {
    const copy = join(workspace, basename(folder));
    // Without package.json and tsconfig.json: Deno finds what `jsr.json` says, as whoever imports it from JSR.
    for (const path of ['src', 'README.md']) cpSync(join(folder, path), join(copy, path), { recursive: true });
    cpSync(join(folder, 'jsr.json'), join(copy, 'deno.json')); // `deno doc` reads no jsr.json
  }
  const members = packages.map((folder) => `./${basename(folder)}`);
  writeFileSync(join(workspace, 'deno.json'), JSON.stringify({ workspace: members, ...settings }));
}

/** What `deno doc --lint` says of the package's own files. It counts types that another package exports as private. */
function documentationErrors({ output }: { output: string }, cwd: string): string {
  const errors = output.split(/^(?=error)/m).filter((text) => /^error\[missing-/.test(text));
  return errors.filter((text) => text.includes(`--> ${cwd}/`)).join('');
}

function run(command: string, args: string[], cwd: string): Promise<{ code: number; output: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  const env = { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' };
  execFile(command, args, { cwd, env, maxBuffer: 2 ** 24 }, (error, stdout, stderr) =>
    resolve({ code: error === null ? 0 : 1, output: stdout + stderr }),
  );
  return promise;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const { update, out } = parseArgs({ options: { update: { type: 'boolean' }, out: { type: 'string' } } }).values;
  const lines = jsrProblems(root, update);
  const packages = folders.map((folder) => join(root, folder));
  if (lines.length === 0 && !update) lines.push(await denoProblems(packages, join(root, 'node_modules/.bin/deno')));
  report(lines.filter(Boolean));
  if (out !== undefined) {
    mkdirSync(out, { recursive: true });
    writeWorkspace(packages, out);
  }
}
