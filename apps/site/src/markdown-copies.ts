/** The pages as Markdown beside their HTML, and llms.txt, which lists them: for agents, and for whoever reads plain text. */
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const title = '# alipayhk-pass';
const summary =
  "A client for AlipayHK's updatePass, which keeps members' cards in the AlipayHK app up to date; a receiver for AlipayHK's calls, a sandbox, a command and an outbox. TypeScript, on Node, Deno, Bun and Cloudflare Workers.";

/**
 * Writes the Markdown copy of each page, `llms.txt` and, with the text of every guide, `llms-full.txt`.
 *
 * @param pages - absolute path of the folder of the pages in Markdown
 * @param site - absolute path of the folder of the built site
 */
export function writeMarkdownCopies(pages: string, site: string): void {
  const names = globSync('**/*.md', { cwd: pages }).sort();
  const texts = new Map(names.map((name) => [name, readFileSync(join(pages, name), 'utf8')]));
  for (const name of names) {
    mkdirSync(dirname(join(site, name)), { recursive: true });
    copyFileSync(join(pages, name), join(site, name));
  }
  const guides = names.filter((name) => !name.includes('/') && name !== 'index.md');
  const reference = names.filter((name) => name.startsWith('reference/') && name !== 'reference/index.md');
  const chinese = names.filter((name) => name.startsWith('zh-Hant/'));
  const list = (each: string[]): string => each.map((name) => `- ${entryOf(name, texts.get(name) ?? '')}`).join('\n');
  const lists = [
    ['Guides', [...first(guides, 'first-update.md')]],
    ['API reference', reference],
    ['繁體中文', chinese],
  ] as const;
  const sections = lists.map(([heading, each]) => `## ${heading}\n\n${list([...each])}`);
  writeFileSync(join(site, 'llms.txt'), `${[title, `> ${summary}`, ...sections].join('\n\n')}\n`);
  writeFileSync(
    join(site, 'llms-full.txt'),
    first(guides, 'first-update.md')
      .map((name) => texts.get(name))
      .join('\n'),
  );
}

/** The list with this item at its beginning. */
const first = (items: string[], item: string): string[] => [item, ...items.filter((each) => each !== item)];

/** `[title](address): first sentence`. */
function entryOf(name: string, text: string): string {
  const [heading = name, second = ''] = text.split('\n\n');
  const prose = /^[#|!<`]/.test(second) ? '' : second.replaceAll('\n', ' ');
  const plain = prose.replaceAll(/\[([^\][]*)\]\([^()]*\)/g, '$1');
  const [sentence = ''] = plain.split(/(?<=\. |。)/);
  return `[${heading.replace(/^# /, '')}](/${name})${sentence && `: ${sentence.trim()}`}`;
}
