/** An empty project into which a package manager installs the packages from the registry of the tests. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app, entriesOf, type Published, published } from '../packed.ts';
import { type Registry, versions } from './registry.ts';

const bin = (name: string): string => join(app, 'node_modules/.bin', name);

/** How each package manager installs what package.json names. */
export const installers = {
  npm: ['npm', 'install', '--no-audit', '--no-fund'],
  pnpm: ['pnpm', 'install', '--no-frozen-lockfile'],
  yarn: [bin('yarn'), 'install', '--no-immutable'],
  bun: [bin('bun'), 'install'],
} as const;
export type Installer = keyof typeof installers;

/**
 * Makes a project and installs every published package, with the peers that they name.
 *
 * @returns its folder; whoever asked for it removes it
 */
export async function install(installer: Installer, registry: Registry): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `examples-${installer}-`));
  try {
    const ranges = Object.entries(versions).map(([name, version]) => [name, `^${version}`]);
    const { devDependencies } = JSON.parse(readFileSync(join(app, 'node/package.json'), 'utf8'));
    const peers = { '@noble/curves': '^2.4.0', '@noble/hashes': '^2.4.0' };
    const manifest = {
      name: 'shop',
      private: true,
      type: 'module',
      dependencies: { ...Object.fromEntries(ranges), ...peers },
      devDependencies: { '@types/node': devDependencies['@types/node'] },
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
    const [command, ...args] = installers[installer];
    await registry.succeed(command, args, folder);
    addPrograms(folder);
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true });
    throw error;
  }
}

/** The example for Node, which has no types in it and so runs as JavaScript too, and the Worker of these tests. */
function addPrograms(folder: string): void {
  cpSync(join(app, 'node/update.ts'), join(folder, 'update.ts'));
  cpSync(join(app, 'node/update.ts'), join(folder, 'update.mjs'));
  cpSync(join(app, 'node/tsconfig.json'), join(folder, 'tsconfig.json'));
  cpSync(join(import.meta.dirname, 'worker.mjs'), join(folder, 'worker.mjs'));
  const worker = { name: 'shop', main: 'worker.mjs', compatibility_date: '2026-08-01' };
  writeFileSync(join(folder, 'wrangler.jsonc'), JSON.stringify(worker));
  const entries = (Object.keys(published) as Published[]).flatMap((name) =>
    entriesOf(join(folder, 'node_modules', name)),
  );
  const lines = entries.map((entry, index) => `export * as entry${index} from '${entry}';\n`);
  writeFileSync(join(folder, 'everything.ts'), lines.join(''));
}
