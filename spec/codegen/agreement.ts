/**
 * Two generators make types and validators. Before anything is written, the compiler compares the two here, schema by
 * schema, so that a difference is reported with the schema that causes it.
 */
import { join, relative } from 'node:path';
import ts from 'typescript';
import { schemasAt } from './components.ts';
import { pointer, SpecRefused } from './refusal.ts';

const head = `
import type * as v from 'valibot';
import type * as schemas from './schemas.ts';
import type { components } from './types.ts';
type Flat<T> = T extends object ? { [Key in keyof T]: Flat<T[Key]> } : T;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
`;

/** One line for a schema: its types, and a statement that compiles only if they are equal. */
const lineOf = (name: string): string =>
  [
    `type ${name}Type = Flat<components['schemas']['${name}']>`,
    `type ${name}Input = Flat<v.InferInput<typeof schemas.v${name}>>`,
    `type ${name}Output = Flat<v.InferOutput<typeof schemas.v${name}>>`,
    `export const of${name}: Same<${name}Type, ${name}Input> & Same<${name}Type, ${name}Output> = true;`,
  ].join('; ');

/**
 * Checks that the types of each schema and of its validator are equal.
 *
 * @param code - the text of types.ts and schemas.ts
 * @param dir - the folder of their imports; the two files themselves are not read from it
 * @param names - names of the schemas
 * @throws SpecRefused for the first schema with a difference, and for code that does not compile
 */
export function checkAgreement(code: Record<string, string>, dir: string, names: string[]): void {
  const root = join(dir, 'agreement.ts');
  const texts = new Map(Object.entries(code).map(([name, text]) => [join(dir, name), text]));
  texts.set(root, `${head}${names.map(lineOf).join('\n')}\n`);
  const program = programOf(root, texts);
  const [diagnostic] = ts.getPreEmitDiagnostics(program);
  if (diagnostic === undefined) return;
  const { file, start = 0, messageText } = diagnostic;
  const line = file?.getLineAndCharacterOfPosition(start).line ?? 0;
  const name = file === program.getSourceFile(root) ? names[line - head.split('\n').length + 1] : undefined;
  if (file === undefined || name === undefined) {
    const text = ts.flattenDiagnosticMessageText(messageText, ' ');
    throw new SpecRefused(
      '#',
      `makes code that does not compile, line ${line + 1} of ${file && relative(dir, file.fileName)}: ${text}`,
    );
  }
  const [type, validator] = ['Type', 'Input'].map((kind) => print(program, file, `${name}${kind}`));
  const reason = `type and validator differ: ${type} and ${validator}; expected equal ones`;
  throw new SpecRefused(pointer(schemasAt, name), reason);
}

/** A program of texts that are not in files, and of the files that they import. */
function programOf(root: string, texts: ReadonlyMap<string, string>): ts.Program {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: [],
    strict: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (path) => texts.has(join(path)) || fileExists(path);
  // The host's `getSourceFile` calls this.
  host.readFile = (path) => texts.get(join(path)) ?? readFile(path);
  return ts.createProgram([root], options, host);
}

function print(program: ts.Program, file: ts.SourceFile, alias: string): string {
  const checker = program.getTypeChecker();
  const found = file.statements.find((each) => ts.isTypeAliasDeclaration(each) && each.name.text === alias);
  const flags = ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias;
  return found ? checker.typeToString(checker.getTypeAtLocation(found), undefined, flags) : alias;
}
