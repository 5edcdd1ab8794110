/**
 * Builds the page into src/generated/page-files.ts: its script, Swagger UI as a chunk of its own, the styles, and
 * openapi.json from the spec. Nothing in it names another host. The migrations become a module beside it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { linkAssumptions } from '@alipayhk-pass/spec/assumptions.ts';
import { build } from 'esbuild';
import { parse } from 'yaml';

const here = import.meta.dirname;
const generated = join(here, '../src/generated');
const resolve = (specifier: string): string => fileURLToPath(import.meta.resolve(specifier));

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** Path of each file on the origin, and its content. */
async function pageFiles(): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of readdirSync(join(here, 'static'))) {
    files.set(name === 'index.html' ? '/' : `/${name}`, readFileSync(join(here, 'static', name)));
  }
  const spec = linkAssumptions(parse(readFileSync(resolve('@alipayhk-pass/spec/openapi.yaml'), 'utf8')));
  // A server of `/` is the origin of the document: the sandbox that serves the page, wherever it runs.
  files.set('/openapi.json', Buffer.from(JSON.stringify({ ...spec, servers: [{ url: '/' }] })));
  // Swagger UI's licence goes where Swagger UI goes.
  for (const name of ['LICENSE', 'NOTICE']) {
    files.set(`/swagger-ui.${name}.txt`, readFileSync(resolve(`swagger-ui-dist/${name}`)));
  }
  const license = 'swagger-ui-es-bundle.js.LICENSE.txt';
  files.set(`/${license}`, readFileSync(resolve(`swagger-ui-dist/${license}`)));
  const preact = ['preact', '@preact/signals', '@preact/signals-core'].map((name) => licenceOf(name));
  files.set('/preact.LICENSE.txt', Buffer.from(preact.join('\n')));
  const { outputFiles } = await build({
    entryPoints: { page: join(here, 'src/main.tsx'), style: join(here, 'src/style.css') },
    outdir: '/',
    write: false,
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
  for (const { path, contents } of outputFiles) files.set(path.slice(path.lastIndexOf('/')), contents);
  return files;
}

/** A licence beside the entry of a package, which need not export it. */
function licenceOf(name: string): string {
  const from = name.endsWith('-core') ? resolve('@preact/signals') : import.meta.filename;
  const main = createRequire(from).resolve(name);
  const folder = main.slice(0, main.lastIndexOf(`/${name}/`) + name.length + 2);
  return `${name}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`;
}

function entry([path, content]: [string, Uint8Array]): string {
  const type = types[extname(path === '/' ? 'index.html' : path)];
  if (type === undefined) throw new Error(`the type of the page’s file ${path} is not listed in page/build.ts`);
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  const body = gzipSync(content, { level: 9 }).toString('base64');
  return `  [${JSON.stringify(path)}, ${JSON.stringify({ type, etag, body })}],\n`;
}

function migrations(): string[] {
  const folder = join(here, '../migrations');
  return readdirSync(folder)
    .sort()
    .map(
      (name) =>
        `  { name: ${JSON.stringify(name)}, sql: ${JSON.stringify(readFileSync(join(folder, name), 'utf8'))} },\n`,
    );
}

mkdirSync(generated, { recursive: true });
const head = '// Written by page/build.ts.\n';
const files = [...(await pageFiles())].map(entry).join('');
writeFileSync(
  join(generated, 'page-files.ts'),
  `${head}/** One file of the page: Content-Type, ETag with its quotes, content compressed by gzip and then in base64. */
export interface PageFile {
  type: string;
  etag: string;
  body: string;
}

/** Files of the page by their path. */
export const files: ReadonlyMap<string, PageFile> = new Map([\n${files}]);\n`,
);
writeFileSync(
  join(generated, 'migrations.ts'),
  `${head}/** The files of migrations/, in order. */\nexport const migrations: readonly { name: string; sql: string }[] = [\n${migrations().join('')}];\n`,
);
