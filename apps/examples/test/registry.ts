/** A registry on this machine with the packed packages and what they depend on: npm, Bun and Deno install from it. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { type Listening, listen } from '@alipayhk-pass/harness/listen';
import { app } from './packed.ts';

/** A package as the registry has it. */
interface Stored {
  manifest: { name: string; version: string; dependencies?: Record<string, string> };
  archive: Buffer;
}

/**
 * Packs the packages that the workspace has under these names, with all that they depend on, and serves them.
 *
 * @param folder - for the archives
 */
export async function startRegistry(folder: string, names: readonly string[]): Promise<Listening> {
  const stored = new Map<string, Stored>();
  mkdirSync(folder, { recursive: true });
  for (const name of names) store(name, realpathSync(join(app, 'node_modules', name)), folder, stored);
  return listen((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://registry.example').pathname).slice(1);
    const [name = '', isArchive] = path.split('/-/');
    const found = stored.get(name);
    if (found === undefined) {
      response.writeHead(404, { 'Content-Type': 'application/json' }).end('{"error":"not found"}');
    } else if (isArchive !== undefined) {
      response.writeHead(200, { 'Content-Type': 'application/octet-stream' }).end(found.archive);
    } else {
      const origin = `http://${request.headers.host}`;
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(describe(found, origin)));
    }
  });
}

function store(name: string, path: string, folder: string, stored: Map<string, Stored>): void {
  if (stored.has(name)) return;
  const file = join(folder, `${name.replaceAll(/[@/]/g, '_')}.tgz`);
  const isOurs = name.includes('alipayhk-pass');
  if (isOurs) execFileSync('pnpm', ['--dir', path, 'pack', '--out', file], { stdio: 'pipe' });
  else execFileSync('tar', ['-czhf', file, '--exclude=./node_modules', '--transform=s,^\\.,package,', '-C', path, '.']);
  // As it was packed: without the workspace's ways to name a version.
  const manifest = JSON.parse(execFileSync('tar', ['-xzOf', file, 'package/package.json'], { encoding: 'utf8' }));
  stored.set(name, { manifest, archive: readFileSync(file) });
  for (const dependency of Object.keys(manifest.dependencies ?? {})) {
    const beside = isOurs ? join(path, 'node_modules', dependency) : join(path, siblings(name), dependency);
    store(dependency, realpathSync(beside), folder, stored);
  }
}

/** From a package in pnpm's store to the folder that has what it depends on. */
const siblings = (name: string): string => (name.startsWith('@') ? '../..' : '..');

function describe({ manifest, archive }: Stored, origin: string): object {
  const { name, version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(archive).digest('base64')}`;
  const shasum = createHash('sha1').update(archive).digest('hex');
  const tarball = `${origin}/${name}/-/package-${version}.tgz`;
  return {
    name,
    'dist-tags': { latest: version },
    versions: { [version]: { ...manifest, dist: { tarball, integrity, shasum } } },
    time: { [version]: '2026-01-01T00:00:00.000Z' },
  };
}
