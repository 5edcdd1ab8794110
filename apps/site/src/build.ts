/**
 * Builds the site into `dist/site`: reference, examples, pages, HTML, a Markdown copy of each page, llms.txt. Whatever is
 * undocumented, does not compile or leads nowhere is named, and ends the build with status 1.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vitepress';
import { wrongExamples } from './examples.ts';
import { brokenLinks } from './links.ts';
import { writeMarkdownCopies } from './markdown-copies.ts';
import { writePages } from './pages.ts';
import { readReference } from './reference.ts';

const app = join(import.meta.dirname, '..');
const root = join(app, '../..');
const [pages, site] = [join(app, 'dist/pages'), join(app, 'dist/site')];

/** Ends the program if there are any. */
function refuse(problems: readonly string[]): void {
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
}

const reference = await readReference(root);
refuse(reference.problems);
refuse(await wrongExamples(reference.examples));
refuse(await writePages(root, pages, reference));
rmSync(site, { recursive: true, force: true });
await build(app);
writeMarkdownCopies(pages, site);
refuse(brokenLinks(site));
