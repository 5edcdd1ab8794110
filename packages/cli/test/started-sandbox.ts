/** The sandbox of the built command, in a process of its own that ends with the test. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';
import { node, type Running, type Runtime, start, temporaryFolder } from './runtimes.ts';

/** What it prints with `--json`; files are relative to its folder. */
export interface Facts {
  url: string;
  pid: number;
  clientId: string;
  passId: string;
  merchantId: string;
  userId: string;
  privateKey: string;
  publicKey: string;
  gatewayPrivateKey: string;
  /** The command that it prints without `--json`. */
  update: string;
}

/** Starts it on a free port. */
export async function startSandbox(
  cwd: string,
  runtime: Runtime,
  args: string[] = [],
): Promise<{ facts: Facts; running: Running }> {
  const running = start(['sandbox', '--port', '0', '--json', ...args], { cwd, runtime });
  onTestFinished(() => running.kill());
  const { stdout } = running.child;
  if (!stdout) throw new Error('no standard output');
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface({ input: stdout }).once('line', resolve)),
    running.ended.then(({ code, stderr }) => Promise.reject(new Error(`it ended with ${code}: ${stderr}`))),
  ]);
  return { facts: JSON.parse(line), running };
}

/** A folder with a sandbox in memory, and a configuration with which every command calls it. */
export async function folderWithSandbox(
  args: string[],
  runtime: Runtime = node,
): Promise<{ cwd: string; facts: Facts }> {
  const cwd = temporaryFolder();
  const { facts } = await startSandbox(cwd, runtime, ['--memory', ...args]);
  const { url, clientId, merchantId, privateKey, publicKey } = facts;
  const config = { gatewayUrl: url, clientId, merchantId, privateKeyFile: privateKey, publicKeyFile: publicKey };
  writeFileSync(join(cwd, 'alipayhk-pass.config.json'), JSON.stringify(config));
  return { cwd, facts };
}
