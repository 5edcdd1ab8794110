/**
 * Generates code from the contract: types.ts by openapi-typescript, schemas.ts by `codegen/`. When the two would accept
 * different values for a contract, it is refused and nothing is written. Only this file uses openapi-typescript.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import openapiTypescript, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { parse } from 'yaml';
import { linkAssumptions } from './assumptions.ts';
import { checkAgreement } from './codegen/agreement.ts';
import { type Components, componentsOf, schemasAt } from './codegen/components.ts';
import { checkOperations } from './codegen/operations.ts';
import { asObject, pointer, SpecRefused } from './codegen/refusal.ts';
import { expressionOf } from './codegen/schema.ts';

/** The contract. */
export const specFile = fileURLToPath(new URL('openapi.yaml', import.meta.url));
/** Where its generated code is committed. */
export const generatedDir = fileURLToPath(new URL('../packages/api/src/generated', import.meta.url));

/** Import of the schemas that valibot lacks, relative to the generated code. */
const jsonSchema = '../json-schema.ts';

const header = '// Generated from spec/openapi.yaml by `pnpm generate`. Do not edit: change the spec.';

/** The text of each file by its name. */
export type Code = Record<'types.ts' | 'schemas.ts', string>;

/**
 * Writes types.ts and schemas.ts for a contract. The same contract always gives the same bytes.
 *
 * @param from - path of the OpenAPI file
 * @param to - path of the folder to write to; it is made if it does not exist
 * @throws SpecRefused with the path in the contract and the reason; then nothing is written
 */
export async function generate(from: string, to: string): Promise<void> {
  const code = await codeOf(contractIn(await readFile(from, 'utf8')));
  await mkdir(to, { recursive: true });
  for (const [name, text] of Object.entries(code)) await writeFile(join(to, name), text);
}

/**
 * Generates the code of a contract.
 *
 * @param contract - the parsed document
 * @throws SpecRefused with the path in the contract and the reason
 */
export async function codeOf(contract: unknown): Promise<Code> {
  const document = asObject(linkAssumptions(contract), '#');
  const components = componentsOf(document);
  const schemas = schemasOf(components);
  checkOperations(document, components);
  const types = await openapiTypescript(document as unknown as OpenAPI3, {
    // UpdatePassRequest beside components['schemas']['UpdatePassRequest'].
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    // A field with a default may be left out.
    defaultNonNullable: false,
    silent: true,
  });
  const code = { 'types.ts': `${header}\n\n${withTypesOfTheirOwn(astToString(types))}`, 'schemas.ts': schemas };
  checkAgreement(code, generatedDir, Object.keys(components));
  return code;
}

function contractIn(yaml: string): unknown {
  try {
    return parse(yaml);
  } catch (error) {
    throw new SpecRefused(
      '#',
      `not YAML; expected an OpenAPI document: ${error instanceof Error ? error.message : error}`,
    );
  }
}

/** The text of schemas.ts. */
function schemasOf(components: Components): string {
  const validators = Object.entries(components).map(([name, schema]) => {
    const at = pointer(schemasAt, name);
    const { description } = asObject(schema, at);
    const comment = typeof description === 'string' ? `${docComment(description)}\n` : '';
    return `${comment}export const v${name} = ${expressionOf(schema, at, components)};\n`;
  });
  const imports = `import * as v from 'valibot';\nimport { allOf, object, record } from '${jsonSchema}';\n`;
  return [`${header}\n`, imports, ...validators].join('\n');
}

/**
 * The types as TypeDoc, JSR and editors show them best: each schema is a type of its own with its fields and comments, in
 * place of a name for `components['schemas'][…]`, and a description is a summary.
 */
function withTypesOfTheirOwn(types: string): string {
  const [before = '', rest = ''] = types.split('    schemas: {\n');
  const end = rest.indexOf('\n    };');
  const declared: { name: string; comment: string[]; lines: string[] }[] = [];
  let comment: string[] = [];
  for (const line of rest.slice(0, end).split('\n')) {
    const [, name, type = ''] = /^ {8}(\w+): (.*)/s.exec(line) ?? [];
    if (name !== undefined) {
      declared.push({ name, comment, lines: [type] });
      comment = [];
    } else if (/^ {8}(?:\/\*\*| \*)/.test(line)) comment.push(line.slice(8));
    else declared.at(-1)?.lines.push(line.slice(8));
  }
  const named = declared.map(({ name }) => `        ${name}: ${name};`).join('\n');
  const own = declared.map(({ name, comment, lines }) =>
    [...comment, `export type ${name} = ${lines.join('\n')}`].join('\n'),
  );
  const others = rest.slice(end).replaceAll(/^export type \w+ = components\b.*\n/gm, '');
  return [`${before}    schemas: {\n${named}${others}`, ...own]
    .join('\n')
    .replaceAll(/components\["schemas"\]\["(\w+)"\]/g, '$1')
    .replaceAll(/(\/\*\*|^ *\*) @description /gm, '$1 ')
    .replaceAll(/^( *\*) {5}/gm, '$1 ')
    .replaceAll(/^ *\* @enum \{string\}\n/gm, '');
}

function docComment(text: string): string {
  const lines = text.replaceAll('*/', '*\\/').trimEnd().split('\n');
  return ['/**', ...lines.map((line) => ` * ${line}`.trimEnd()), ' */'].join('\n');
}

if (import.meta.main) {
  try {
    await generate(specFile, generatedDir);
  } catch (error) {
    if (!(error instanceof SpecRefused)) throw error;
    console.error(`openapi.yaml${error.message}`);
    process.exitCode = 1;
  }
}
