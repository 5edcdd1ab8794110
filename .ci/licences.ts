/**
 * Writes a CycloneDX document for each published package, with its dependencies and what is bundled in it, and checks
 * their licences. `--out DIR` keeps the documents.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { readManifest } from './manifests.ts';
import { report } from './report.ts';

/** Licences that ask for no more than their text beside the code. By their SPDX ids. */
const allowed = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT'];

/** What a build puts into `dist`: dependencies of development, which pnpm leaves out of its list. */
const ofThePage = ['preact', '@preact/signals', 'swagger-ui-dist'];
const bundled: Record<string, string[]> = {
  '@alipayhk-pass/sandbox': ofThePage,
  'alipayhk-pass': [...ofThePage, 'hono'],
};

/** A package that another one needs. */
export interface Component {
  type: 'library';
  name: string;
  group?: string;
  version: string;
  purl: string;
  'bom-ref': string;
  licenses?: ({ license: { id?: string; name?: string } } | { expression: string })[];
}

/** The part of a CycloneDX document that is read and added to here. */
export interface Document {
  metadata: { component: Component };
  components: Component[];
}

/**
 * The licences that are not allowed.
 *
 * @returns one line each, as `@alipayhk-pass/api: hono 4.0.0 has the licence GPL-3.0-only; expected one of MIT, …`
 */
export function licenceProblems({ metadata, components }: Document): string[] {
  return components.flatMap((component) => {
    const licences = (component.licenses ?? []).map((entry) =>
      'license' in entry ? (entry.license.id ?? entry.license.name ?? '') : entry.expression,
    );
    if (licences.length > 0 && licences.every((licence) => allowed.includes(licence))) return [];
    const has = licences.length > 0 ? `has the licence ${licences.join(', ')}` : 'names no licence';
    const expected = `expected one of ${allowed.join(', ')}`;
    return [`${nameOf(metadata.component)}: ${nameOf(component)} ${component.version} ${has}; ${expected}`];
  });
}

const nameOf = ({ group, name }: Component): string => (group ? `${group}/${name}` : name);

/** A package of `node_modules` as a component. */
function componentOf(folder: string): Component {
  const { name, version, license } = readManifest(folder);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const [, group, short = name] = /^(@[^/]+)\/(.+)$/.exec(name) ?? [];
  return {
    type: 'library',
    name: short,
    ...(group && { group }),
    version,
    purl,
    'bom-ref': purl,
    licenses: [{ license: { id: `${license}` } }],
  };
}

/** Writes one document for each published package into a folder. */
async function writeDocuments(root: string, folder: string): Promise<Document[]> {
  const flags = ['--sbom-format', 'cyclonedx', '--prod', '--split', '--out', join(folder, '%s.cdx.json')];
  await promisify(execFile)('pnpm', ['--dir', root, 'sbom', ...flags, '--filter', './packages/*']);
  return readdirSync(folder).map((file) => {
    const document: Document = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const modules = join(root, 'packages/sandbox/node_modules');
    const more = (bundled[nameOf(document.metadata.component)] ?? []).map((name) => componentOf(join(modules, name)));
    document.components.push(...more);
    writeFileSync(join(folder, file), `${JSON.stringify(document, null, 2)}\n`);
    return document;
  });
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const { out } = parseArgs({ options: { out: { type: 'string' } } }).values;
  const temporary = mkdtempSync(join(tmpdir(), 'licences-'));
  try {
    report((await writeDocuments(root, temporary)).flatMap(licenceProblems));
    // Not written there to begin with: an earlier run's documents would be read as this one's.
    if (out !== undefined) cpSync(temporary, out, { recursive: true });
  } finally {
    rmSync(temporary, { recursive: true });
  }
}
