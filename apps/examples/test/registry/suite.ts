/** What every install is put through. `short.test.ts` has a part of it, `full.test.ts` all. */
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { run } from '../harness.ts';
import { app } from '../packed.ts';
import { writeEnv } from '../project.ts';
import { entryOf, freshPass, passOf } from '../sandbox.ts';
import { type EnvironmentName, environments } from './environments.ts';
import { type Installer, install } from './installs.ts';
import { type Registry, startRegistry, versions } from './registry.ts';

/** The configuration of the example, for the merchant of the sandbox. */
function variables(): Record<string, string> {
  const { url, clientId, keys, pass } = inject('sandbox');
  return {
    CLIENT_ID: clientId,
    MERCHANT_ID: pass.merchantId,
    MERCHANT_PRIVATE_KEY: keys.merchantPrivateKey,
    ALIPAYHK_PUBLIC_KEY: keys.gatewayPublicKey,
    GATEWAY_URL: url,
  };
}

/** Expects that what an environment has printed names an update that the sandbox has applied to the pass. */
async function expectApplied(passId: string, printed: string): Promise<void> {
  const [, tracerId] = /^updated (\w+)$/m.exec(printed) ?? [];
  expect(tracerId, printed).toBeDefined();
  expect(await entryOf(tracerId ?? '')).toMatchObject({ passId, applied: true, encrypted: true });
  expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: 1 });
}

/**
 * Declares the tests.
 *
 * @param compilers - folders of TypeScript below `node_modules`, by version
 */
export function suite(
  installers: Installer[],
  environmentNames: EnvironmentName[],
  compilers: Record<string, string>,
): void {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry?.stop());

  describe.each(installers)('what %s installs from a registry', (installer) => {
    let folder = '';
    beforeAll(async () => {
      folder = await install(installer, registry);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    test('is the packages of this repository', () => {
      const found = Object.keys(versions).map((name) => {
        const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'), 'utf8'));
        return [name, version];
      });
      expect(Object.fromEntries(found)).toEqual(versions);
    });

    test.concurrent.each(Object.entries(compilers))(
      'type-checks with TypeScript %s, all entries, strictly and without the DOM',
      async (version, compiler) => {
        const tsc = join(app, 'node_modules', compiler, 'bin/tsc');
        expect((await run(process.execPath, [tsc, '--version'])).stdout).toContain(`Version ${version}.`);
        const { code, stdout } = await run(process.execPath, [tsc], { cwd: folder });
        expect(stdout).toBe('');
        expect(code).toBe(0);
      },
    );

    test('can be imported, every entry', async () => {
      const { code, stderr } = await run(process.execPath, ['everything.ts'], { cwd: folder });
      expect(code, stderr).toBe(0);
    });

    test.concurrent.each(environmentNames)('updates a pass: %s', async (environment) => {
      const passId = await freshPass();
      await expectApplied(passId, await environments[environment](folder, variables(), passId));
    });

    test('has the command, which updates a pass', async () => {
      const passId = await freshPass();
      const { merchantId, userId } = inject('sandbox').pass;
      const args = ['--pass-id', passId, '--merchant-id', merchantId, '--user-id', userId, '--data', 'level=金卡'];
      const command = join(folder, 'node_modules/.bin/alipayhk-pass');
      const { code, stdout, stderr } = await run(command, ['update', ...args], {
        cwd: folder,
        variables: variables(),
      });
      expect(stdout, stderr).toContain('done: S SUCCESS');
      expect(code).toBe(0);
      expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: 1 });
    });
  });

  test('Deno imports the packages from a registry by itself, and updates a pass', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'examples-deno-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    cpSync(join(app, 'deno'), folder, { recursive: true });
    writeEnv(folder, variables());
    const passId = await freshPass();
    const { start } = JSON.parse(readFileSync(join(folder, 'deno.json'), 'utf8')).tasks;
    const [, command, ...args] = start.split(' ');
    const young = '--minimum-dependency-age=0'; // our packages were published just now
    const deno = join(app, 'node_modules/.bin/deno');
    await expectApplied(passId, await registry.succeed(deno, [command, young, ...args, passId], folder));
  });
}
