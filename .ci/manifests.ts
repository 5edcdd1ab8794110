/**
 * Checks that the manifest of every published package says all that a registry and a bundler ask of it. The address of the
 * repository stands in the root's package.json; each package must repeat it.
 */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { report } from './report.ts';

/** What these checks read of a package.json. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  exports?: Record<string, string | Record<string, string>>;
  bin?: Record<string, string>;
  repository?: { url?: string };
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  [field: string]: unknown;
}

export const readManifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/**
 * The folders of the packages that are published.
 *
 * @param root - absolute path of the tree
 * @returns paths below the root, as `packages/api`
 */
export function publishedFolders(root: string): string[] {
  const folders = globSync('{packages,apps}/*/package.json', { cwd: root }).map((path) => dirname(path));
  return folders.filter((folder) => !readManifest(join(root, folder)).private).sort();
}

/** The oldest TypeScript that the declarations compile with; apps/examples compiles them with it. */
const typescript = '>=5.7';

/**
 * What the published packages of a tree lack.
 *
 * @param root - absolute path of the tree
 * @returns one line each, as `packages/a: lacks repository.directory; expected "packages/a"`
 */
export function manifestProblems(root: string): string[] {
  const address = readManifest(root).repository?.url ?? '';
  return publishedFolders(root).flatMap((folder) =>
    problemsOf(readManifest(join(root, folder)), folder, address).map((problem) => `${folder}: ${problem}`),
  );
}

function problemsOf(manifest: Manifest, folder: string, address: string): string[] {
  const page = address.replace(/^git\+/, '').replace(/\.git$/, '');
  const expected: [path: string, value: unknown][] = [
    ['license', 'MIT'],
    ['type', 'module'],
    ['sideEffects', false],
    ['homepage', `${page}/tree/main/${folder}#readme`],
    ['bugs.url', `${page}/issues`],
    ['repository.type', 'git'],
    ['repository.url', address],
    ['repository.directory', folder],
    ['publishConfig.access', 'public'],
    ['publishConfig.provenance', true],
    ['engines.node', '>=20.18'],
  ];
  const entries = Object.entries(manifest.exports ?? {}).filter(([entry]) => entry !== './package.json');
  if (entries.length > 0) {
    expected.push(['peerDependencies.typescript', typescript], ['peerDependenciesMeta.typescript.optional', true]);
  }
  const wrong = expected.flatMap(([path, value]) => {
    const found = path.split('.').reduce<unknown>((part, key) => (part as Manifest | undefined)?.[key], manifest);
    if (found === value) return [];
    const text = JSON.stringify(value);
    return [
      found === undefined ? `lacks ${path}; expected ${text}` : `${path} is ${JSON.stringify(found)}; expected ${text}`,
    ];
  });
  const missing = ['name', 'version', 'description', 'keywords', 'files'].filter((field) => isEmpty(manifest[field]));
  return [
    ...missing.map((field) => `lacks ${field}`),
    ...(missing.includes('files') || String(manifest.files).includes('CHANGELOG.md')
      ? []
      : ['lacks CHANGELOG.md in files']),
    ...wrong,
    ...(manifest.exports?.['./package.json'] ? [] : ['lacks exports["./package.json"]']),
    ...(entries.length === 0 && !manifest.bin ? ['lacks exports and bin; expected one of them'] : []),
    ...entries.filter(([, target]) => !isTyped(target)).map(([entry]) => `lacks types first in exports["${entry}"]`),
  ];
}

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** A compiler takes the first condition that it knows. */
const isTyped = (target: string | Record<string, string>): boolean =>
  typeof target === 'object' && Object.keys(target)[0] === 'types' && 'default' in target;

if (import.meta.main) {
  report(manifestProblems(join(import.meta.dirname, '..')));
}
