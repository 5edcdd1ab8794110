/**
 * Where installed packages run: runtimes and bundles. Each updates one pass of the sandbox, and prints "updated" and the
 * tracer id.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build as esbuild } from 'esbuild';
import { build as vite } from 'vite';
import webpack from 'webpack';
import { run, startWorker } from '../harness.ts';
import { app } from '../packed.ts';

/** Runs a project with its variables, and resolves with what it prints. */
type Environment = (folder: string, variables: Record<string, string>, passId: string) => Promise<string>;

const at = (path: string): string => join(app, 'node_modules', path);

/** A program on a runtime. */
const script =
  (command: string, ...args: string[]): Environment =>
  async (cwd, variables, passId) => {
    const { code, stdout, stderr } = await run(command, [...args, passId], { cwd, variables });
    return `${stdout}${code === 0 ? '' : `exit code ${code}\n${stderr}`}`;
  };

/** A bundle of update.mjs, run on Node in a folder without packages. */
const bundle =
  (write: (folder: string, outdir: string) => Promise<unknown>): Environment =>
  async (folder, variables, passId) => {
    const outdir = mkdtempSync(join(tmpdir(), 'examples-bundle-'));
    try {
      await write(folder, outdir);
      return await script(process.execPath, 'out.mjs')(outdir, variables, passId);
    } finally {
      rmSync(outdir, { recursive: true });
    }
  };

const entry = 'update.mjs';

export const environments = {
  Node: script(process.execPath, entry),
  'Node 22': script(at('node22/bin/node'), entry),
  'Node 20': script(at('node20/bin/node'), entry),
  Deno: script(at('.bin/deno'), 'run', '-A', '--cached-only', '--no-lock', '--node-modules-dir=manual', entry),
  Bun: script(at('.bin/bun'), entry),
  Worker: async (configDir, vars, passId) => {
    const worker = await startWorker({ configDir, vars });
    try {
      const response = await fetch(`${worker.url}/${passId}`);
      return `${await response.text()}${worker.output()}`;
    } finally {
      await worker.stop();
    }
  },
  esbuild: bundle((folder, outdir) =>
    esbuild({
      absWorkingDir: folder,
      entryPoints: [entry],
      outfile: join(outdir, 'out.mjs'),
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'], // of packages without exports
    }),
  ),
  Vite: bundle((root, outDir) =>
    vite({
      root,
      configFile: false,
      logLevel: 'error',
      build: { outDir, target: 'es2022', lib: { entry, formats: ['es'], fileName: () => 'out.mjs' } },
    }),
  ),
  webpack: bundle((context, path) => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const compiler = webpack({
      context,
      entry: `./${entry}`,
      mode: 'production',
      target: ['web', 'es2022'],
      experiments: { outputModule: true },
      output: { path, filename: 'out.mjs', module: true, library: { type: 'module' } },
    });
    compiler?.run((failed, stats) => {
      const errors = stats?.hasErrors() || stats?.hasWarnings() ? new Error(stats.toString()) : null;
      compiler.close((notClosed) => {
        const error = failed ?? errors ?? notClosed;
        if (error) reject(error);
        else resolve();
      });
    });
    return promise;
  }),
} satisfies Record<string, Environment>;
export type EnvironmentName = keyof typeof environments;
