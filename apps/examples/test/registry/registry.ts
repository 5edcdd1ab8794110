/**
 * A registry on this machine that has the packages of this repository, packed and published as a release does it. What they
 * depend on comes from the registry that npm is set to.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { runServer } from 'verdaccio';
import { run } from '../harness.ts';
import { app, type Published, packAll, published } from '../packed.ts';

type Variables = Record<string, string | undefined>;

/** A registry that runs. */
export interface Registry {
  /** Its origin, with a slash at the end. */
  url: string;
  /** A folder for what a package manager keeps, which goes with the registry. */
  folder: string;
  /** The variables that have every package manager use this registry, and none of the developer's settings. */
  variables: Variables;
  /**
   * Runs a program that uses this registry, and none of the developer's settings and caches.
   *
   * @returns what it printed to stdout
   * @throws Error with what it printed when it fails
   */
  succeed(command: string, args: string[], cwd: string, variables?: Variables): Promise<string>;
  stop(): Promise<void>;
}

/** The version of each package, which is the version that its archive has. */
export const versions = Object.fromEntries(
  Object.keys(published).map((name) => [
    name,
    JSON.parse(readFileSync(join(app, 'node_modules', name, 'package.json'), 'utf8')).version as string,
  ]),
) as Record<Published, string>;

/** Starts a registry on a free port of 127.0.0.1, and publishes every package to it. */
export async function startRegistry(): Promise<Registry> {
  const folder = mkdtempSync(join(tmpdir(), 'examples-registry-'));
  const { stdout: upstream } = await run('npm', ['config', 'get', 'registry'], { cwd: folder });
  // A proxy of the network may have a certificate that the system knows, and Node by itself does not.
  setDefaultCACertificates([...getCACertificates(), ...getCACertificates('system')]);
  const ours = { access: '$all', publish: '$all' };
  const server = (await runServer({
    configPath: folder, // what is relative is below it
    storage: join(folder, 'storage'),
    uplinks: { upstream: { url: upstream.trim(), cache: true, timeout: '60s', max_fails: 5 } },
    packages: { '@alipayhk-pass/*': ours, 'alipayhk-pass': ours, '**': { access: '$all', proxy: 'upstream' } },
    max_body_size: '100mb',
    log: { type: 'stdout', format: 'pretty', level: 'fatal' },
  } as never)) as Server;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/`;
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  };
  const variables = settings(url, folder);
  const succeed: Registry['succeed'] = async (command, args, cwd, more = {}) => {
    const options = { cwd, variables: { ...variables, ...more } };
    const { code, stdout, stderr } = await run(command, args, options);
    if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit code ${code}\n${stdout}\n${stderr}`);
    return stdout;
  };
  try {
    await packAll(folder, Object.keys(published) as Published[]);
    for (const archive of Object.values(published)) {
      // Provenance is for a workflow with an identity; this registry takes any token.
      const flags = ['--provenance=false', `--registry=${url}`, `--//127.0.0.1:${port}/:_authToken=of-the-tests`];
      await succeed('npm', ['publish', join(folder, archive), '--access=public', ...flags], folder);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, folder, variables, succeed, stop };
}

/** The variables that have each package manager use the registry, and folders of its own. */
function settings(url: string, folder: string): Variables {
  const inherited = Object.keys(process.env).filter((name) => /^(?:npm|pnpm|yarn|bun)_/i.test(name));
  return {
    ...Object.fromEntries(inherited.map((name) => [name, undefined])),
    HOME: folder,
    NO_PROXY: '127.0.0.1',
    npm_config_registry: url,
    npm_config_cache: join(folder, 'npm'),
    npm_config_update_notifier: 'false',
    pnpm_config_registry: url,
    pnpm_config_store_dir: join(folder, 'pnpm'),
    pnpm_config_minimum_release_age: '0', // our packages are new
    YARN_NPM_REGISTRY_SERVER: url,
    YARN_NPM_MINIMAL_AGE_GATE: '0',
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_NODE_LINKER: 'node-modules',
    YARN_GLOBAL_FOLDER: join(folder, 'yarn'),
    YARN_ENABLE_TELEMETRY: '0',
    BUN_CONFIG_REGISTRY: url,
    BUN_INSTALL_CACHE_DIR: join(folder, 'bun'),
    NPM_CONFIG_REGISTRY: url, // Deno's
    DENO_DIR: join(folder, 'deno'),
  };
}
