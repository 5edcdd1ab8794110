/**
 * `npx -y pnpm@12.21.0 sandbox [--port N] [--folder PATH] [--header-case lower|title] [--variant NAME] [--json]`: starts
 * the sandbox, says how to reach it, and runs until a signal asks it to stop or what started it has ended. The last line
 * on stderr says why it stops. Exit code 0 after a signal, else 1.
 */
import { parseArgs } from 'node:util';
import { untilSignal } from '@alipayhk-pass/harness/signals';
import { variants } from '@alipayhk-pass/sandbox/variants';
import { untilLauncherEnds } from './launcher.ts';
import { show } from './show.ts';
import { type SandboxOptions, startSandbox } from './start.ts';

/** Why it stops. */
interface End {
  reason: string;
  exitCode: number;
}

function readArguments(): SandboxOptions & { port: number; json: boolean } {
  const text = { type: 'string' } as const;
  const options = { port: text, json: { type: 'boolean' }, folder: text, 'header-case': text, variant: text } as const;
  const { values } = parseArgs({ options });
  const { port = '8787', json = false, folder, 'header-case': headerCase = 'lower', variant } = values;
  if (!/^(0|[1-9]\d{0,4})$/.test(port) || Number(port) > 65_535) {
    throw new TypeError(`--port ${JSON.stringify(port)} is no port; expected a number from 0 to 65535`);
  }
  if (headerCase !== 'lower' && headerCase !== 'title') {
    throw new TypeError(`--header-case ${JSON.stringify(headerCase)} is no such case; expected lower or title`);
  }
  if (variant !== undefined && !variants.some(({ name }) => name === variant)) {
    const known = variants.map(({ name }) => name).join(', ');
    throw new TypeError(`--variant ${JSON.stringify(variant)} is no such variant; expected one of ${known}`);
  }
  return { port: Number(port), json, folder, headerCase, variant };
}

async function untilEnd(): Promise<End> {
  return Promise.race([
    untilSignal().then(({ name }) => ({ reason: `stopped by ${name}`, exitCode: 0 })),
    untilLauncherEnds().then((pid) => ({
      reason: `stopped because process ${pid}, through which npx or pnpm started it, has ended`,
      exitCode: 1,
    })),
  ]);
}

async function run(): Promise<End> {
  const ended = untilEnd();
  const { json, ...options } = readArguments();
  const starting = startSandbox(options);
  starting.catch(() => undefined); // it may fail after a signal
  const started = await Promise.race([starting, ended]);
  if ('exitCode' in started) return started; // what was still starting goes with this process
  show(started, json);
  const end = await ended;
  await started.stop();
  return end;
}

const { reason, exitCode } = await run().catch(
  (error: Error): End => ({
    reason: error.message.split('\n')[0] ?? '', // one line: what follows is wrangler's
    exitCode: 1,
  }),
);
console.error(`sandbox: ${reason}`);
process.exit(exitCode);
