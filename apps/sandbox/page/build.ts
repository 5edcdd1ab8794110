/**
 * Builds the API explorer into dist/page, which Workers static assets serve: the page's own script, Swagger UI as a
 * chunk of its own, the styles, and openapi.json from the spec. Nothing in it names another host.
 */

import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkAssumptions } from '@alipayhk-pass/spec/assumptions.ts';
import { build } from 'esbuild';
import { parse } from 'yaml';

const outdir = join(import.meta.dirname, '../dist/page');

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
cpSync(join(import.meta.dirname, 'static'), outdir, { recursive: true });

const spec = linkAssumptions(
  parse(readFileSync(fileURLToPath(import.meta.resolve('@alipayhk-pass/spec/openapi.yaml')), 'utf8')),
);
// A server of `/` is the origin that the document came from: the sandbox that serves the page, wherever it runs.
writeFileSync(join(outdir, 'openapi.json'), JSON.stringify({ ...spec, servers: [{ url: '/' }] }));

// Swagger UI's licence goes where Swagger UI goes.
for (const file of ['LICENSE', 'NOTICE', 'swagger-ui-es-bundle.js.LICENSE.txt']) {
  const source = fileURLToPath(import.meta.resolve(`swagger-ui-dist/${file}`));
  cpSync(source, join(outdir, file === 'LICENSE' || file === 'NOTICE' ? `swagger-ui.${file}.txt` : file));
}

await build({
  entryPoints: { page: join(import.meta.dirname, 'src/main.tsx'), style: join(import.meta.dirname, 'src/style.css') },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  // Swagger UI's own images are data: in its style sheet.
  loader: { '.svg': 'dataurl' },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'linked',
  logLevel: 'warning',
});
