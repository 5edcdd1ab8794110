/**
 * Which processes run, for tests that nothing is left behind. From /proc on Linux, where `ps` may be missing; elsewhere
 * from `ps`. One that has ended counts as gone, although its parent may not have asked for its end yet.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of the processes that have this text in their environment: whoever is started inherits it. */
export function marked(mark: string): string[] {
  if (process.platform !== 'linux') return ps('axeww', '-o', 'command').filter((line) => line.includes(mark));
  return pids()
    .filter((pid) => read(pid, 'environ').includes(mark))
    .map((pid) => read(pid, 'cmdline'));
}

/** Whether a process of this group runs. */
export function isRunning(processGroup: number): boolean {
  if (process.platform !== 'linux') {
    return ps('-A', '-o', 'pgid=,stat=').some((line) => new RegExp(`^ *${processGroup} +[^Z]`).test(line));
  }
  // After the name in brackets: state, parent, group (proc(5)).
  const states = pids().map((pid) =>
    read(pid, 'stat')
      .replace(/^.*\) /s, '')
      .split(' '),
  );
  return states.some(([state, , group]) => group === `${processGroup}` && state !== 'Z');
}

function pids(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function read(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended meanwhile
  }
}

function ps(...args: string[]): string[] {
  return execFileSync('ps', args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split('\n');
}
