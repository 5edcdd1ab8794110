/**
 * Packs every published package as a release does, and checks what is in each tarball: the files that are listed in
 * `tarballs.txt` and no others; what its manifest names; source maps that lead to a source; and documents and hover texts
 * without a link that leads out of the tarball. `--update` writes the list; `--out DIR` keeps the tarballs.
 */
import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, posix } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { type Manifest, publishedFolders, readManifest } from './manifests.ts';
import { report } from './report.ts';

const execute = promisify(execFile);
const listName = '.ci/tarballs.txt';

/**
 * Compares what tarballs hold with what is listed.
 *
 * @param found - lines as `@alipayhk-pass/api dist/index.js`
 * @param listed - the same
 * @returns one line for each difference
 */
export function differences(found: string[], listed: string[]): string[] {
  const [has, expects] = [new Set(found), new Set(listed)];
  return [
    ...listed.filter((line) => !has.has(line)).map((line) => `missing in the tarball: ${line}`),
    ...found.filter((line) => !expects.has(line)).map((line) => `not in ${listName}: ${line}`),
  ];
}

/**
 * What is wrong with an unpacked tarball.
 *
 * @param folder - absolute path of its `package`
 * @returns one line each, after the name of the package
 */
export function tarballProblems(folder: string): string[] {
  const manifest = readManifest(folder);
  const problems = [
    ...missingFiles(folder, manifest),
    ...filesIn(folder).flatMap((file) => {
      const text = /\.(?:[jt]s|map|md)$/.test(file) ? readFileSync(join(folder, file), 'utf8') : '';
      if (file.endsWith('.map')) return mapProblems(folder, file, text);
      const found = /\.(?:md|d\.ts)$/.test(file) ? linkProblems(folder, file, text) : [];
      if (/^dist\/.*[jt]s$/.test(file)) found.push(...unmapped(folder, file, text));
      return found;
    }),
  ];
  return problems.map((problem) => `${manifest.name}: ${problem}`);
}

export const filesIn = (folder: string): string[] =>
  globSync('**/*', { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => posix.relative(folder, join(entry.parentPath, entry.name)))
    .sort();

function missingFiles(folder: string, { exports = {}, bin = {}, dependencies = {} }: Manifest): string[] {
  const targets = [...Object.values(exports), ...Object.values(bin)].flatMap((target) =>
    typeof target === 'string' ? target : Object.values(target),
  );
  const expected = ['LICENSE', 'README.md', ...targets];
  const unresolved = Object.entries(dependencies).filter(([, range]) =>
    /^(?:workspace|catalog|file|link):/.test(range),
  );
  return [
    ...expected.filter((file) => !existsSync(join(folder, file))).map((file) => `lacks ${posix.normalize(file)}`),
    ...unresolved.map(([name, range]) => `depends on ${name} as ${range}; expected a range of versions`),
  ];
}

/** A file of code has the map that its last line names. One that only re-exports has nothing to map. */
function unmapped(folder: string, file: string, text: string): string[] {
  const [, map] = /^\/\/# sourceMappingURL=(\S+)\s*$/m.exec(text) ?? [];
  if (map !== undefined) {
    return existsSync(join(folder, dirname(file), map)) ? [] : [`${file} names a source map that is not there: ${map}`];
  }
  const code = text.replace(
    /\/\*.*?\*\/|^#!.*$|^(?:import|export)\b[^;]*?(?:from )?(["']).*?\1;|^export \{[^}]*\};/gms,
    '',
  );
  return code.trim() === '' ? [] : [`${file} has no source map`];
}

function mapProblems(folder: string, file: string, text: string): string[] {
  const { sources = [], sourcesContent = [] } = JSON.parse(text) as { sources?: string[]; sourcesContent?: string[] };
  const lost = sources.filter((source, at) => !sourcesContent[at] && !existsSync(join(folder, dirname(file), source)));
  return lost.map((source) => `${file} leads to ${source}, which is neither in the tarball nor in the map`);
}

function linkProblems(folder: string, file: string, text: string): string[] {
  const prose = file.endsWith('.md') ? text.replace(/```.*?```/gs, '') : (text.match(/\/\*.*?\*\//gs) ?? []).join('\n');
  const withoutAddresses = prose.replace(/https?:\/\/[^\s)}>"'`]+/g, 'https:');
  const linked = Array.from(withoutAddresses.matchAll(/\]\(([^)#\s]+)|\bsrc="([^"]+)"/g), ([, a, b]) => a ?? b ?? '');
  const named = file.endsWith('.md') ? [] : (withoutAddresses.match(/(?:[\w.-]+\/)*[\w-]+\.(?:md|yaml)\b/g) ?? []);
  const outside = [...linked, ...named].filter(
    (target) => !target.startsWith('https:') && !existsSync(join(folder, dirname(file), target)),
  );
  return outside.map((target) => `${file} refers to ${target}, which is not in the tarball; expected a full link`);
}

/**
 * Packs every published package of this tree into `folder`, and unpacks each in a folder beside its tarball.
 *
 * @returns paths of the tarballs and of what was in them, by the name of the package
 */
export async function packAll(root: string, folder: string): Promise<Map<string, { file: string; unpacked: string }>> {
  const packed = await Promise.all(
    publishedFolders(root).map(async (path) => {
      const { name } = readManifest(join(root, path));
      const file = join(folder, `${name.replace(/^@.*\//, '')}.tgz`);
      await execute('pnpm', ['--dir', join(root, path), 'pack', '--out', file]);
      const unpacked = file.replace(/\.tgz$/, '');
      mkdirSync(unpacked);
      await execute('tar', ['-xzf', file, '-C', unpacked, '--strip-components=1']);
      return [name, { file, unpacked }] as const;
    }),
  );
  return new Map(packed);
}

/** What arethetypeswrong has to say of a tarball, for importers that use ES modules or a bundler. */
async function typeProblems(root: string, file: string): Promise<string[]> {
  const args = [join(root, 'node_modules/@arethetypeswrong/cli/dist/index.js'), file, '--profile', 'esm-only'];
  const options = { env: { ...process.env, NO_COLOR: '1' } };
  return execute(process.execPath, [...args, '--no-emoji', '--format', 'ascii'], options).then(
    () => [],
    (error: { stdout?: string; stderr?: string }) => [`${error.stdout ?? ''}${error.stderr ?? ''}`.trim()],
  );
}

async function main(root: string, update = false, out?: string): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tarballs-'));
  try {
    const packed = await packAll(root, folder);
    const found = [...packed].flatMap(([name, { unpacked }]) => filesIn(unpacked).map((file) => `${name} ${file}`));
    const list = join(root, listName);
    if (update) writeFileSync(list, `${found.join('\n')}\n`);
    const listed = existsSync(list) ? readFileSync(list, 'utf8').trimEnd().split('\n') : [];
    const lines = differences(found, listed);
    if (lines.length > 0) lines.push('To accept this: npx -y pnpm@12.21.0 update:tarballs');
    for (const { file, unpacked } of packed.values()) {
      lines.push(...tarballProblems(unpacked));
      const typed = filesIn(unpacked).some((name) => name.endsWith('.d.ts'));
      if (typed) lines.push(...(await typeProblems(root, file)));
    }
    if (out !== undefined) {
      mkdirSync(out, { recursive: true });
      for (const { file } of packed.values()) copyFileSync(file, join(out, basename(file)));
    }
    return lines;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (import.meta.main) {
  const { update, out } = parseArgs({ options: { update: { type: 'boolean' }, out: { type: 'string' } } }).values;
  report(await main(join(import.meta.dirname, '..'), update, out));
}
