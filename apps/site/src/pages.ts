/**
 * The pages of the site as Markdown: the guides of `docs/` for users, the documents beside the code that guides link to, and
 * the reference. A link to a page of the site leads there; a link to any other file of the repository leads to GitHub.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { blob, entries, pageOf } from './entries.ts';
import type { Reference } from './reference.ts';

/** Documents outside `docs/` that are pages too, and the names of these pages. */
const beside: Readonly<Record<string, string>> = {
  'spec/ASSUMPTIONS.md': 'assumptions.md',
  'SECURITY.md': 'security.md',
  'packages/cli/README.md': 'command.md',
  'packages/sandbox/README.md': 'sandbox-reference.md',
  'apps/outbox/README.md': 'outbox-reference.md',
};

/**
 * Writes the pages.
 *
 * @param root - absolute path of the repository
 * @param folder - absolute path of the folder to write to; what is in it is removed
 * @returns the links that lead to no file of the repository, one line each
 */
export async function writePages(root: string, folder: string, reference: Reference): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  // Only maintainers release.
  const guides = globSync('docs/**/*.md', { cwd: root, exclude: ['docs/releasing.md'] }).map(
    (path) => [path, path.slice('docs/'.length)] as const,
  );
  const pages = new Map([...guides, ...Object.entries(beside)]);
  const broken: string[] = [];
  /** Writes a page; `resolve` makes a path of the repository from a link. */
  const write = (path: string, page: string, text: string, resolve: (link: string) => string): void => {
    const mapped = withLinks(text, (link) => {
      const ours = [blob, raw].find((each) => link.startsWith(each));
      if (ours === undefined && /^(?:\w+:|#)/.test(link)) return link;
      const [target = '', anchor] = (ours === undefined ? resolve(link) : link.slice(ours.length)).split('#');
      const hash = anchor === undefined ? '' : `#${anchor}`;
      const file = statSync(join(root, target), { throwIfNoEntry: false });
      const picture = /\.(?:svg|png)$/.test(target) ? posix.basename(target) : undefined;
      if (file && picture) cpSync(join(root, target), join(folder, picture));
      const found = pages.get(target) ?? picture;
      if (!file && !pages.has(target)) broken.push(`${path}: no such file: ${target}`);
      if (found === undefined) return (file?.isDirectory() ? blob.replace('/blob/', '/tree/') : blob) + target + hash;
      return `./${posix.relative(posix.dirname(page), found)}${hash}`.replace(/^\.\/\.\./, '..');
    });
    mkdirSync(dirname(join(folder, page)), { recursive: true });
    writeFileSync(join(folder, page), withBothPictures(mapped));
  };
  for (const [path, page] of pages) {
    const text = readFileSync(join(root, path), 'utf8');
    write(path, page, text, (link) => posix.join(posix.dirname(path), link));
  }

  const generated = join(folder, 'reference');
  await reference.write(generated);
  const files = new Map(entries.map(({ specifier }) => [`${specifier.replaceAll('/', '.')}.md`, pageOf(specifier)]));
  for (const [file, page] of files) pages.set(file, `reference/${page}.md`);
  for (const [file, page] of files) {
    const text = readFileSync(join(generated, file), 'utf8');
    rmSync(join(generated, file));
    write(file, `reference/${page}.md`, text, (link) => link);
  }
  rmSync(join(generated, 'README.md'));
  writeFileSync(join(generated, 'index.md'), indexOfReference());
  return broken;
}

/** Address of a picture in a README that npm shows, without its path. */
const raw = 'https://raw.githubusercontent.com/alipayhk-pass/alipayhk-pass/main/';

/** Links in Markdown, in HTML, and definitions of links, each after what stands before it. */
const links = [/(\]\()([^\s()]+)/g, /(\b(?:src|srcset|href)=")([^"\s]+)/g, /^(\[[^\][\n]+\]: )(\S+)/g];

/** The text with each link that is not in a block of code mapped. */
function withLinks(text: string, map: (link: string) => string): string {
  let inCode = false;
  const lines = text.split('\n').map((line) => {
    if (line.trimStart().startsWith('```')) inCode = !inCode;
    if (inCode) return line;
    const to = (_: string, before: string, link: string): string => before + map(link);
    return links.reduce((text, pattern) => text.replaceAll(pattern, to), line);
  });
  return lines.join('\n');
}

/** A picture for light and one for dark, of which the site's switch shows one; `media` would go by the system alone. */
function withBothPictures(text: string): string {
  const [before = '', ...parts] = text.split('<picture>');
  const changed = parts.map((part) => {
    const [picture = '', after = ''] = part.split('</picture>');
    const [dark, light, alt] = [/ srcset="([^"]*)"/, / src="([^"]*)"/, / alt="([^"]*)"/].map(
      (attribute) => attribute.exec(picture)?.[1] ?? '',
    );
    const one = (name: string, src?: string): string => `<img class="${name}-only" alt="${alt}" src="${src}">`;
    return `${one('light', light)}\n${one('dark', dark)}${after}`;
  });
  return [before, ...changed].join('');
}

function indexOfReference(): string {
  const rows = entries.map(({ specifier, about }) => `| [${specifier}](./${pageOf(specifier)}.md) | ${about} |`);
  return `# API reference\n\n| import | for |\n|---|---|\n${rows.join('\n')}\n`;
}
