/** Links of the built site: every one that stays in it leads to a page or file, and to a heading if it names one. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

/**
 * The links that lead nowhere.
 *
 * @param site - absolute path of the folder of the built site
 * @returns one line each, as `keys.html: no such page: /none` or `keys.html: no such heading: /errors#none`
 */
export function brokenLinks(site: string): string[] {
  const files = globSync('**/*.html', { cwd: site }).sort();
  const ids = new Map<string, Set<string>>();
  const idsOf = (file: string): Set<string> => {
    const known = ids.get(file) ?? new Set(valuesOf(readFileSync(join(site, file), 'utf8'), 'id'));
    ids.set(file, known);
    return known;
  };
  return files.flatMap((file) => {
    const html = readFileSync(join(site, file), 'utf8');
    const targets = new Set([...valuesOf(html, 'href'), ...valuesOf(html, 'src')]);
    return [...targets].flatMap((target) => {
      if (/^(?:\w+:|\/\/)/.test(target)) return []; // another site, or data
      const [path = '', anchor] = decodeURI(target).split('#');
      const absolute = path === '' ? `/${file}` : posix.join('/', path.startsWith('/') ? '' : dirname(file), path);
      const found = ['', '.html', 'index.html']
        .map((end) => absolute.slice(1) + end)
        .find((each) => isFile(site, each));
      if (found === undefined) return [`${file}: no such page: ${absolute}`];
      if (!anchor || !found.endsWith('.html') || idsOf(found).has(anchor)) return [];
      return [`${file}: no such heading: ${absolute}#${anchor}`];
    });
  });
}

const isFile = (site: string, path: string): boolean => /\.\w+$/.test(path) && existsSync(join(site, path));

function valuesOf(html: string, attribute: 'id' | 'href' | 'src'): string[] {
  const pattern = { id: /\sid="([^"]*)"/g, href: /\shref="([^"]*)"/g, src: /\ssrc="([^"]*)"/g }[attribute];
  return Array.from(html.matchAll(pattern), ([, value = '']) => value.replaceAll('&amp;', '&'));
}
