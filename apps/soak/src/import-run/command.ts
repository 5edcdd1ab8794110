/** The built command `alipayhk-pass import`, run as its user runs it, in a folder with its file and its settings. */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Child, describeEnd, startChild } from '@alipayhk-pass/harness/child';
import type { Setup } from '../fault-run/setup.ts';
import type { Line } from './plan.ts';

export type Target = 'gateway' | 'outbox';

const manifest = fileURLToPath(import.meta.resolve('alipayhk-pass/package.json'));
const binary = join(dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin['alipayhk-pass']);
const file = 'updates.ndjson';

/** One import, which can be killed and run again. */
export interface Import {
  /** Starts it; it goes on where the run before was. */
  start(): Child;
  /** Settles once it has noted as many lines; rejects when it ends before, or is not there in time. */
  untilNoted(child: Child, lines: number): Promise<void>;
  /** How it reports its end. */
  finish(): Promise<{ done: number; doneBefore: number }>;
}

/**
 * Writes file and settings.
 *
 * @param limit - longest life of one run of the command, in milliseconds
 */
export function prepareImport(
  folder: string,
  lines: readonly Line[],
  { sandbox, merchant }: Setup,
  target: Target,
  limit: number,
): Import {
  const { merchantId, userId } = merchant;
  const text = lines.map(({ passId, points }) => JSON.stringify({ merchantId, userId, passId, dataInfo: { points } }));
  writeFileSync(join(folder, file), `${text.join('\n')}\n`);
  const settings = {
    clientId: sandbox.clientId,
    privateKeyFile: sandbox.merchantPrivateKey,
    publicKeyFile: sandbox.gatewayPublicKey,
    gatewayUrl: sandbox.url,
    ...(target === 'outbox' && { outboxUrl: merchant.url() }),
  };
  writeFileSync(join(folder, 'alipayhk-pass.config.json'), JSON.stringify(settings));
  const args = [binary, 'import', file, '--rate', '0', '--backoff', '20', '--json'];
  const variables = { OUTBOX_TOKEN: merchant.apiToken };
  const start = (): Child => startChild(process.execPath, args, { limit, cwd: folder, variables });
  return {
    start,
    async untilNoted(child, count) {
      const ended = child.ended.then((end) => {
        throw new Error(`the import ended before ${count} lines: ${describeEnd(end)}`);
      });
      ended.catch(() => undefined); // it is killed later
      while ((await Promise.race([ended, sleep(5, 'running')])) && noted(join(folder, `${file}.journal`)) < count);
    },
    async finish() {
      const end = await start().ended;
      if (end.code !== 0) throw new Error(`the import failed: ${describeEnd(end)}`);
      return JSON.parse(end.stdout);
    },
  };
}

/** Lines of a journal below its head; a file that is not there yet has none. */
function noted(journal: string): number {
  try {
    return readFileSync(journal, 'latin1').split('\n').length - 2;
  } catch {
    return 0;
  }
}
