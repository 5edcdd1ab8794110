/**
 * Notices when npx is gone. On SIGTERM it ends, and so does the shell between it and pnpm, which does not hand the signal
 * on: whatever runs under pnpm would go on for ever.
 */
import { execFileSync } from 'node:child_process';

/** Settles once one of the pnpm and npm processes that this one was started by has ended; never, where there is none. */
export async function startersGone(): Promise<void> {
  const starters = startersOf(process.ppid);
  if (starters.length === 0) return new Promise(() => undefined);
  while (starters.every(isAlive)) await new Promise((resolve) => setTimeout(resolve, 500).unref());
}

function startersOf(pid: number): number[] {
  const [, parent, command = ''] = /^\s*(\d+)\s+(.*)/.exec(describe(pid)) ?? [];
  // As far as there is pnpm in it: whoever started npx may end before it.
  return command.includes('pnpm') ? [pid, ...startersOf(Number(parent))] : [];
}

function describe(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'ppid=,args=', '-p', `${pid}`], { encoding: 'utf8', stdio: 'pipe' });
  } catch {
    return ''; // gone, or a machine without ps
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
