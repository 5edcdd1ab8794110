/** Links the assumptions that descriptions cite: readers of generated code or of the page do not have ASSUMPTIONS.md. */

const file = 'https://github.com/alipayhk-pass/alipayhk-pass/blob/main/spec/ASSUMPTIONS.md';

/**
 * A copy of a document in which each `(A9)` or `(A2, A3)` of a description is a Markdown link.
 *
 * @param value - an OpenAPI document, or a part of one
 */
export function linkAssumptions<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => linkAssumptions(item)) as T;
  const linked = Object.entries(value).map(([name, field]) => {
    return [name, name === 'description' && typeof field === 'string' ? linksIn(field) : linkAssumptions(field)];
  });
  return Object.fromEntries(linked);
}

function linksIn(text: string): string {
  return text.replace(/\(A\d+(?:, A\d+)*\)/g, (cited) =>
    cited.replace(/A(\d+)/g, (name, number) => `[${name}](${file}#a${number})`),
  );
}
