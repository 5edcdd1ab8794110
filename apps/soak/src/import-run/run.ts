/** An import run: the command sends a file to the gateway or to the outbox, is killed, and is run until it is done. */
import { setTimeout as sleep } from 'node:timers/promises';
import { untilAtRest } from '../fault-run/at-rest.ts';
import { createPasses, readGateway } from '../fault-run/gateway.ts';
import { setUp } from '../fault-run/setup.ts';
import { makeFolder } from '../folder.ts';
import { prepareImport, type Target } from './command.ts';
import { type ImportSize, planImport } from './plan.ts';
import { type ImportViolation, importViolations } from './violations.ts';

/** What `importRun` takes besides the size. */
export interface ImportRunOptions extends ImportSize {
  target: Target;
  /** Longest time in milliseconds for one run of the command, and for the outboxes to come to rest. */
  limit: number;
  log?: (line: string) => void;
}

/** What an import run was. */
export interface ImportRun {
  violations: ImportViolation[];
  /** Requests that the gateway verified. */
  requests: number;
  /** Lines that the last run of the command sent, and that earlier ones had done. */
  done: number;
  doneBefore: number;
}

/** Runs it and stops everything that was started. */
export async function importRun(options: ImportRunOptions): Promise<ImportRun> {
  const { target, limit, log = () => undefined } = options;
  const { lines, kills } = planImport(options);
  const passIds = [...new Set(lines.map(({ passId }) => passId))];
  await using started = new AsyncDisposableStack();
  // A line that a kill cuts off is sent again: more entries than lines.
  const setup = await setUp(started, { ledgerRows: 4 * options.lines + 1000 });
  const { sandbox, merchant, runtimes } = setup;
  const owner = { clientId: sandbox.clientId, merchantId: merchant.merchantId, userId: merchant.userId };
  await createPasses(
    runtimes.gateway.url,
    passIds.map((passId) => ({ ...owner, passId })),
  );
  const folder = makeFolder(started);
  const command = prepareImport(folder, lines, setup, target, limit);
  for (const { after, pause } of kills) {
    const child = command.start();
    await command.untilNoted(child, after);
    await sleep(pause);
    const { signal } = await child.stop();
    log(`${signal}: the import into the ${target}, after ${after} lines and ${pause} ms`);
    if (signal !== 'SIGKILL') throw new Error('the import ended before it was killed; expected SIGKILL');
  }
  const { done, doneBefore } = await command.finish();
  if (target === 'outbox') await untilAtRest(setup.merchant, passIds, limit);
  const { received, passes } = await readGateway(runtimes.gateway.url, sandbox.clientId);
  const violations = importViolations(lines, received, passes, target === 'gateway');
  return { violations, requests: received.length, done, doneBefore };
}
