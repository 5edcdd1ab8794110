/** Compiles each `@example` of the reference as a program of its own, and runs it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { format } from 'node:util';
import ts from 'typescript';
import { pageOf } from './entries.ts';
import type { Example } from './reference.ts';

const app = join(import.meta.dirname, '..');
/** Below the app, where imports lead to the built packages. */
const folder = join(app, 'dist/examples');
const context = join(app, 'examples/context.ts');

interface Program extends Example {
  file: string;
}

/**
 * The examples that do not compile against the built packages, fail when they run, or print something other than the
 * comments after their `console.log` say.
 *
 * @returns one line for each, as `@alipayhk-pass/api: the example of createClient, line 3: …`
 */
export async function wrongExamples(examples: readonly Example[]): Promise<string[]> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const programs = examples.map((example, index): Program => {
    const file = join(folder, `${pageOf(example.specifier)}-${example.name}-${index}.ts`);
    writeFileSync(file, `${example.code}export {};\n`);
    return { ...example, file };
  });
  const uncompiled = compile(programs);
  return uncompiled.length > 0 ? uncompiled : run(programs);
}

function compile(programs: readonly Program[]): string[] {
  const program = ts.createProgram([context, ...programs.map(({ file }) => file)], {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2022.d.ts'], // without the DOM, which users may not have
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ['node'],
    typeRoots: [join(app, 'node_modules/@types')],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
  });
  return ts.getPreEmitDiagnostics(program).map(({ file, start = 0, messageText }) => {
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    const example = programs.find((each) => each.file === file?.fileName);
    const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
    return example ? `${titleOf(example)}, line ${line}: ${text}` : `${file?.fileName}, line ${line}: ${text}`;
  });
}

async function run(programs: readonly Program[]): Promise<string[]> {
  const { defineGlobals } = (await import(pathToFileURL(context).href)) as { defineGlobals(): Promise<void> };
  const wrong: string[] = [];
  for (const program of programs) {
    if (/\benv\./.test(program.code)) continue; // needs a Worker
    await defineGlobals();
    const printed: string[] = [];
    const { log, error, warn } = console;
    console.log = (...values) => void printed.push(format(...values));
    console.error = () => undefined;
    console.warn = () => undefined;
    try {
      await import(pathToFileURL(program.file).href);
      const expected = outputOf(program.code);
      if (expected !== printed.join('\n')) {
        wrong.push(`${titleOf(program)} printed ${printed.join('\n')}; its comment says ${expected}`);
      }
    } catch (problem) {
      wrong.push(`${titleOf(program)} failed: ${problem}`);
    } finally {
      Object.assign(console, { log, error, warn });
    }
  }
  return wrong;
}

/** What the comments say: on the line of a `console.log` after it, or on the lines below. */
export function outputOf(code: string): string {
  const lines = code.split('\n');
  return lines
    .flatMap((line, index) => {
      if (!line.startsWith('console.log(')) return [];
      const [, beside] = /\); \/\/ (.*)/.exec(line) ?? [];
      if (beside !== undefined) return [beside];
      const after = lines.slice(index + 1);
      const end = after.findIndex((each) => !each.startsWith('// '));
      return after.slice(0, end < 0 ? after.length : end).map((each) => each.slice(3));
    })
    .join('\n');
}

const titleOf = ({ specifier, name }: Example): string => `${specifier}: the example of ${name}`;
