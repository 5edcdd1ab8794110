/** Generates validators for a few schemas and imports them from a temporary folder. */
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as v from 'valibot';
import { codeOf, generatedDir } from '../generate.ts';

/** The smallest contract with these schemas. */
export function contractWith(schemas: Record<string, unknown>) {
  return { openapi: '3.1.0', info: { title: 'Test', version: '1' }, paths: {}, components: { schemas } };
}

/** The validators of schemas, each by its name with `v` in front. */
export async function validatorsOf(schemas: Record<string, unknown>): Promise<Record<string, v.GenericSchema>> {
  const code = await codeOf(contractWith(schemas));
  const dir = await mkdtemp(join(tmpdir(), 'alipayhk-pass-schemas-'));
  try {
    const folder = join(dir, 'src/generated');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'schemas.ts'), code['schemas.ts']);
    await copyFile(join(generatedDir, '../json-schema.ts'), join(dir, 'src/json-schema.ts'));
    await symlink(fileURLToPath(new URL('../node_modules', import.meta.url)), join(dir, 'node_modules'), 'junction');
    return await import(/* @vite-ignore */ pathToFileURL(join(folder, 'schemas.ts')).href);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
