/**
 * `npx -y pnpm@12.21.0 --filter outbox dev`: runs the outbox on this machine with the variables of `.dev.vars`, on port
 * 8788, without the debugger and the explorer that `wrangler dev` opens to every page of this machine.
 */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { untilSignal } from '@alipayhk-pass/harness/signals';
import { startWorker } from '@alipayhk-pass/harness/workers';

const ended = untilSignal();
const configDir = join(import.meta.dirname, '..');
const file = join(configDir, '.dev.vars');
if (!existsSync(file)) {
  console.error('outbox: there is no .dev.vars: copy .dev.vars.example and fill it in');
  process.exit(1);
}
const vars = Object.fromEntries(
  Object.entries(parseEnv(readFileSync(file, 'utf8'))).map(([name, value]) => [name, value ?? '']),
);
const persistTo = join(configDir, '.wrangler', 'outbox');
mkdirSync(persistTo, { recursive: true });
const worker = await startWorker({ configDir, vars, persistTo, port: 8788 });
console.log(`outbox    ${worker.url}\n\nCtrl-C stops it.`);
await ended;
await worker.stop();
process.exit(0);
