/** Checks that each example depends on the current versions of the packages. `--update` writes them. */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishedFolders, readManifest } from './manifests.ts';
import { report } from './report.ts';

/** `"@alipayhk-pass/api": "^0.1.0"` of a package.json, and `"npm:@alipayhk-pass/api@^0.1.0"` of a deno.json. */
const dependency = /(?<=")((?:npm:)?(@alipayhk-pass\/[\w-]+|alipayhk-pass)(?:": "|@))(\^\d+\.\d+\.\d+[\w.-]*)(?=")/g;

/**
 * The dependencies of examples on other versions.
 *
 * @param root - absolute path of the tree
 * @returns one line each, as `apps/examples/node/package.json: depends on @alipayhk-pass/api ^0.1.0; expected ^0.2.0`
 */
export function exampleProblems(root: string, update = false): string[] {
  const manifests = publishedFolders(root).map((folder) => readManifest(join(root, folder)));
  const ranges = new Map(manifests.map(({ name, version }) => [name, `^${version}`]));
  return globSync('apps/examples/*/{package,deno}.json', { cwd: root }).flatMap((file) => {
    const path = join(root, file);
    const lines: string[] = [];
    const text = readFileSync(path, 'utf8').replace(dependency, (whole, before, name, range) => {
      const expected = ranges.get(name);
      if (expected === range) return whole;
      if (!update) lines.push(`${file}: depends on ${name} ${range}; expected ${expected}`);
      return `${before}${expected}`;
    });
    if (update) writeFileSync(path, text);
    return lines;
  });
}

if (import.meta.main) {
  report(exampleProblems(join(import.meta.dirname, '..'), process.argv.includes('--update')));
}
