/** Figures in a page that people write: each stands between two comments, as `<!-- targets -->` and `<!-- /targets -->`. */

/**
 * The page with other figures.
 *
 * @param figures - Markdown, by the name in the comments
 * @throws Error for figures that the page has no pair of comments for
 */
export function withFigures(page: string, figures: Record<string, string>): string {
  let filled = page;
  for (const [name, text] of Object.entries(figures)) {
    const [before = '', rest] = filled.split(`<!-- ${name} -->`);
    const [, after] = rest?.split(`<!-- /${name} -->`) ?? [];
    if (after === undefined) throw new Error(`the page has no <!-- ${name} --> … <!-- /${name} -->`);
    filled = `${before}<!-- ${name} -->\n\n${text}\n\n<!-- /${name} -->${after}`;
  }
  return filled;
}
