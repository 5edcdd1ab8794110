/**
 * Checks that every regular expression of the tree takes time linear in its input, whatever the input: what a stranger
 * sends must not keep the process busy. recheck proves it with automata, for one search of a text. An expression that it
 * cannot prove, as one with a back-reference, counts as wrong: rewrite it.
 *
 * Tests and the tools of `.ci` and `spec` read only our own text and are left out.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ParserPlugin, parse } from '@babel/parser';
import { checkSync } from 'recheck';
import { report } from './report.ts';

/** Folders that are left out, wherever they are. */
const skipped = new Set(['node_modules', 'dist', 'test', '.git', '.wrangler', '.stryker-tmp']);

/** A regular expression, and where it is. */
interface Found {
  line: number;
  source: string;
  flags: string;
}

/**
 * The expressions below `apps` and `packages` that take more than linear time, or of which that is not known.
 *
 * @param root - absolute path of the tree
 * @returns one line each, as `apps/a/x.ts:3: /(a+)+$/ takes exponential time on 'a'.repeat(31) + '\x00'`
 */
export function slowExpressions(root: string): string[] {
  const files = globSync('{apps,packages}/**/*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}', {
    cwd: root,
    exclude: (name) => skipped.has(name),
  });
  return files.sort().flatMap((file) =>
    expressionsIn(readFileSync(join(root, file), 'utf8'), file).flatMap((found) => {
      const words = typeof found === 'string' ? found : wrongWith(found);
      return words === undefined ? [] : [`${file}:${words}`];
    }),
  );
}

/** The expressions in the text of a file, and words for what builds one when it runs. */
function expressionsIn(text: string, file: string): (Found | string)[] {
  const plugins: ParserPlugin[] = file.endsWith('ts') ? ['typescript'] : ['typescript', 'jsx'];
  const found: (Found | string)[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(visit);
    if (!isNode(node)) return;
    const { line } = node.loc.start;
    const pattern = patternOf(node);
    if (pattern === 'built') found.push(`${line}: builds a regular expression when it runs; expected a literal`);
    else if (pattern) found.push({ line, ...pattern });
    Object.values(node).forEach(visit);
  };
  visit(parse(text, { sourceType: 'module', plugins }).program);
  return found;
}

interface Node {
  type: string;
  loc: { start: { line: number } };
  [part: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'loc' in value;
}

/** The expression that a node is or makes of a text: a literal, `RegExp('…')`, `text.match('…')`. */
function patternOf(node: Node): Omit<Found, 'line'> | 'built' | undefined {
  if (node.type === 'RegExpLiteral') return { source: `${node.pattern}`, flags: `${node.flags}` };
  const callee = node.callee as Node | undefined;
  const [source, flags] = (node.arguments ?? []) as (Node | undefined)[];
  const isText = source?.type === 'StringLiteral';
  if (callee?.type === 'Identifier' && callee.name === 'RegExp') {
    if (source?.type === 'RegExpLiteral') return undefined; // found by itself
    if (!isText || (flags !== undefined && flags.type !== 'StringLiteral')) return 'built';
    return { source: `${source.value}`, flags: `${flags?.value ?? ''}` };
  }
  const method = (callee?.property as Node | undefined)?.name;
  const takesPattern = method === 'match' || method === 'matchAll' || method === 'search';
  return takesPattern && isText ? { source: `${source.value}`, flags: '' } : undefined;
}

const verdicts = new Map<string, string | undefined>();

/** What is wrong with an expression, after its line number. */
function wrongWith({ line, source, flags }: Found): string | undefined {
  const text = `/${source}/${flags}`;
  if (!verdicts.has(text)) verdicts.set(text, verdictOn(source, flags));
  const verdict = verdicts.get(text);
  return verdict && `${line}: ${text} ${verdict}`;
}

function verdictOn(source: string, flags: string): string | undefined {
  process.env.RECHECK_SYNC_BACKEND = 'pure'; // in this process, without a worker
  // `d` adds positions to a match and changes no time; recheck does not know it.
  const result = checkSync(source, flags.replace('d', ''), { checker: 'automaton', timeout: 120_000 });
  if (result.status === 'safe') return undefined;
  if (result.status === 'vulnerable') {
    return `takes ${result.complexity.summary} time on ${result.attack.pattern}`;
  }
  const { error } = result;
  const why = 'message' in error ? error.message : error.kind;
  return `is not known to take linear time (${why}); expected one without look-around and back-references`;
}

if (import.meta.main) {
  report(slowExpressions(join(import.meta.dirname, '..')));
}
