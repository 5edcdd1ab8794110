/** Bundles what the runtimes run. */
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/**
 * One file with all that a source imports, but for `node:` modules.
 *
 * @param name - of a file in `src`, without its ending
 * @returns the path of the bundle
 */
export async function bundle(name: string): Promise<string> {
  const outfile = join(root, 'dist', `${name}.js`);
  await build({
    entryPoints: [join(root, 'src', `${name}.ts`)],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    target: 'es2022',
    external: ['node:*'],
    alias: { crypto: join(root, 'src/contenders/crypto-for-forge.ts') },
  });
  return outfile;
}
