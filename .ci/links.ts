/** Checks that what documents link to exists: files and headings, by path or by this repository's address. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { report } from './report.ts';

const repository = /https:\/\/github\.com\/alipayhk-pass\/alipayhk-pass\/(?:blob|tree)\/main\/[^\s)>"'`}]*(?<![.,;:])/g;
/** `[text](target)`, `[name]: target`, and the attributes of HTML. */
const links = /\]\(\s*<?([^\s)>]+)|^ *\[[^\]]+\]: +(\S+)|\b(?:src|srcset|href)="([^"\s]+)/gm;
const skipped = new Set(['node_modules', 'dist', '.git', '.wrangler', '.stryker-tmp', 'reports']);

/**
 * The links that lead nowhere.
 *
 * @param root - absolute path of the tree
 * @returns one line each, as `README.md: no such file: docs/x.md` or `README.md: no such heading: docs/keys.md#x`
 */
export function brokenLinks(root: string): string[] {
  const files = globSync('**/*.{md,ts,tsx,yaml}', { cwd: root, exclude: (name) => skipped.has(name) });
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const targets = file.endsWith('.md') ? linksOf(text) : (text.match(repository) ?? []);
    return [...new Set(targets)].flatMap((target) => {
      const [, ours] = /^https:.*?\/(?:blob|tree)\/main\/(.*)/.exec(target.match(repository)?.[0] ?? '') ?? [];
      if (ours === undefined && /^\w+:/.test(target)) return []; // another site
      const [path = '', heading] = decodeURI(ours ?? target).split('#');
      const found = path === '' ? join(root, file) : resolve(root, ours === undefined ? dirname(file) : '', path);
      const shown = relative(root, found);
      if (shown.startsWith('..') || !existsSync(found)) return [`${file}: no such file: ${shown}`];
      const exists = heading === undefined || !found.endsWith('.md') || anchorsOf(found).has(heading);
      return exists ? [] : [`${file}: no such heading: ${shown}#${heading}`];
    });
  });
}

const withoutBlocks = (text: string): string => text.replace(/^ *(```+).*?^ *\1 *$/gms, '');

function linksOf(text: string): string[] {
  const prose = withoutBlocks(text).replace(/(`+).*?\1/gs, '');
  return Array.from(prose.matchAll(links), ([, ...targets]) => targets.find(Boolean) ?? '');
}

/** As GitHub makes them: in lower case, without punctuation, hyphens for blanks; a repeated one is numbered. */
function anchorsOf(document: string): Set<string> {
  const text = withoutBlocks(readFileSync(document, 'utf8'));
  const anchors = new Set(Array.from(text.matchAll(/\bid="([^"]+)"/g), ([, id = '']) => id));
  for (const [, heading = ''] of text.matchAll(/^#{1,6} +(.+?)[ #]*$/gm)) {
    const plain = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = plain.replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '').replaceAll(' ', '-');
    let number = 0;
    while (anchors.has(number ? `${anchor}-${number}` : anchor)) number += 1;
    anchors.add(number ? `${anchor}-${number}` : anchor);
  }
  return anchors;
}

if (import.meta.main) report(brokenLinks(join(import.meta.dirname, '..')));
