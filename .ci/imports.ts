/**
 * Checks that every relative import of the tree stays inside its package. The insides of a package are private: another
 * package imports it by its name, and gets what its `exports` list. The vectors of `spec` are data, free for all.
 */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { report } from './report.ts';

/** `import x from '…'`, `export … from '…'`, `import '…'` and `import('…')`, also of types. */
const importPattern = /\b(?:from|import)\s*\(?\s*(['"`])([^'"`\n]+)\1/g;
/** A path into the `src` of one of our packages, which only a change of its `exports` would allow. */
const srcPattern = /^@alipayhk-pass\/[^/]+\/src\//;
const vectors = join('spec', 'vectors') + sep;
const skipped = new Set(['node_modules', 'dist', '.git', '.wrangler', '.stryker-tmp']);
/** Files that a test copies elsewhere before they run: there their imports are what they look like. */
const copied = join('packages', 'api', 'test', 'spec-change', 'user') + sep;

/**
 * The imports that reach into another package.
 *
 * @param root - absolute path of the tree
 * @returns one line each, as `apps/a/x.ts: imports ../b/src/y.ts, which belongs to apps/b`
 */
export function importsOfInsides(root: string): string[] {
  const files = globSync('**/*.{ts,tsx,mts,cts,js,mjs,cjs}', { cwd: root, exclude: (name) => skipped.has(name) });
  const ours = files.filter((file) => !file.startsWith(copied)).sort();
  return ours.flatMap((file) => {
    const path = join(root, file);
    const specifiers = Array.from(
      readFileSync(path, 'utf8').matchAll(importPattern),
      ([, , specifier = '']) => specifier,
    );
    return specifiers.flatMap((specifier) => {
      if (srcPattern.test(specifier)) return [`${file}: imports ${specifier}, which its package does not export`];
      if (!/^\.\.?(?:\/|$)/.test(specifier)) return [];
      const target = resolve(dirname(path), specifier);
      const owner = packageOf(target, root);
      if (owner === packageOf(path, root) || relative(root, target).startsWith(vectors)) return [];
      return [
        `${file}: imports ${specifier}, which belongs to ${relative(root, owner).replaceAll(sep, '/') || 'the root'}`,
      ];
    });
  });
}

/** The folder of the `package.json` that this path belongs to. */
function packageOf(path: string, root: string): string {
  const folder = dirname(path);
  return folder === root || existsSync(join(folder, 'package.json')) ? folder : packageOf(folder, root);
}

if (import.meta.main) {
  report(importsOfInsides(join(import.meta.dirname, '..')));
}
