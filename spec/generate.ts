// From the contract to code: types.ts by openapi-typescript and schemas.ts by hey-api's valibot plugin.
// The only file that knows these generators; swapping one of them ends here.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createClient } from '@hey-api/openapi-ts';
import openapiTypescript, { astToString } from 'openapi-typescript';

/** The contract. */
export const specFile = fileURLToPath(new URL('openapi.yaml', import.meta.url));
/** Where its generated code is committed. */
export const generatedDir = fileURLToPath(new URL('../packages/api/src/generated', import.meta.url));

const header = '// Generated from spec/openapi.yaml by `pnpm generate`. Do not edit: change the spec.';

/**
 * Writes types.ts and schemas.ts for a contract; the same contract always gives the same bytes.
 *
 * @param from path of the OpenAPI file
 * @param to path of the folder to write to, made when absent
 */
export async function generate(from: string, to: string): Promise<void> {
  // First the one with the better messages: nothing is written for a contract that it refuses.
  const types = await openapiTypescript(pathToFileURL(from), {
    // UpdatePassRequest beside components['schemas']['UpdatePassRequest'].
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    silent: true,
  });
  await createClient({
    input: from,
    output: { path: to, clean: false, entryFile: false, fileName: { name: () => 'schemas', suffix: null }, header },
    // One validator per schema of the contract. Those per response would repeat them under names like
    // vUpdatePassResponse2, those per webhook under others.
    plugins: [{ name: 'valibot', responses: false, webhooks: false }],
    interactive: false,
    logs: { file: false, level: 'silent' },
  });
  const schemas = join(to, 'schemas.ts');
  await writeFile(schemas, slim(await readFile(schemas, 'utf8')));
  await writeFile(join(to, 'types.ts'), `${header}\n\n${astToString(types)}`);
}

/**
 * The same validators in fewer bytes of a bundle: looseObject says what objectWithRest says of unknown values, `optional`
 * and `nullable`, which are there anyway, say what `nullish` says; and a schema that nobody uses is left out by bundlers
 * only where its calls are marked as pure.
 */
function slim(schemas: string): string {
  return schemas
    .replace(/v\.objectWithRest\((\{[^}]*\}), v\.unknown\(\)\)/g, 'v.looseObject($1)')
    .replace(/v\.nullish\((.*)\)(,?)$/gm, 'v.optional(v.nullable($1))$2')
    .replace(/\bv\.(?=\w+\()/g, '/* @__PURE__ */ v.');
}

if (import.meta.main) await generate(specFile, generatedDir);
