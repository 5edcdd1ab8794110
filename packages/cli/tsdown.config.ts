import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Rolldown } from 'tsdown';

/** Published with the sandbox package; the store in memory needs them, and has no folder to read them from. */
const folder = join(import.meta.dirname, 'node_modules/@alipayhk-pass/sandbox/migrations');
const migrations = readdirSync(folder)
  .sort()
  .map((name) => readFileSync(join(folder, name), 'utf8'));

/** The files of the sandbox's page are data: a map would repeat all of it. */
const withoutMap: Rolldown.Plugin = {
  name: 'without-map',
  transform: { filter: { id: /[\\/]generated[\\/]/ }, handler: (code) => ({ code, map: { mappings: '' } }) },
};

/** What is bundled keeps its licence: the texts go beside the bundle. */
const licences: Rolldown.Plugin = {
  name: 'licences',
  generateBundle() {
    const folders = Array.from(this.getModuleIds(), (id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0]);
    const texts = [...new Set(folders)].sort().flatMap((folder) => {
      if (folder === undefined) return [];
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      return [`${name} ${version}\n\n${readFileSync(join(folder, 'LICENSE'), 'utf8')}`];
    });
    this.emitFile({ type: 'asset', fileName: 'LICENSES.txt', source: texts.join('\n----\n\n') });
  },
};

export default defineConfig({
  entry: { 'alipayhk-pass': 'src/main.ts' },
  platform: 'node',
  target: 'node20.18',
  dts: false,
  sourcemap: true,
  hash: false, // so that the list of published files changes only with the files
  plugins: [withoutMap, licences],
  fixedExtension: false,
  banner: '#!/usr/bin/env node',
  define: { SANDBOX_MIGRATIONS: JSON.stringify(migrations) },
});
