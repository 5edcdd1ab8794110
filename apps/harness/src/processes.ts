/**
 * Which processes run, and who started them: from /proc on Linux, where `ps` may be missing; elsewhere from `ps`. One
 * that has ended counts as gone, although its parent may not have collected its exit code yet.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** A process that runs. */
export interface Process {
  pid: number;
  /** Id of the process that started it, or of the one that adopted it when that one ended. */
  parent: number;
  /** Id of its process group. */
  group: number;
  /** Of its program, without the folder. */
  name: string;
  /** Processor time since it started, user and system, in milliseconds; on Linux only. */
  time?: number;
  /** Resident memory in bytes; on Linux only. */
  memory?: number;
}

/** A clock tick in milliseconds: Linux reports hundredths of a second, whatever its own ticks are. */
const tick = 10;
const page = 4096;

/** All processes that run. */
export function processes(): Process[] {
  if (process.platform !== 'linux') return ps('-A').flatMap(parsePs);
  return pids().flatMap((pid) => parseStat(pid, read(pid, 'stat')));
}

/**
 * The parent of a process.
 *
 * @returns its process id; `undefined` when the process has ended
 */
export function parentOf(pid: number): number | undefined {
  const [found] =
    process.platform === 'linux' ? parseStat(pid, read(pid, 'stat')) : ps('-p', `${pid}`).flatMap(parsePs);
  return found?.parent;
}

/** Whether a process of this group runs. */
export function isRunning(processGroup: number): boolean {
  return processes().some(({ group }) => group === processGroup);
}

/**
 * The environment with which a process was started.
 *
 * @returns text that holds each `NAME=value`; empty when the process has ended or belongs to another user
 */
export function environmentOf(pid: number): string {
  if (process.platform === 'linux') return read(pid, 'environ');
  return run('ps', ['eww', '-o', 'command=', '-p', `${pid}`]);
}

/** Command lines of the processes that have this text in their environment: whatever a program starts inherits it. */
export function marked(mark: string): string[] {
  if (process.platform !== 'linux')
    return run('ps', ['axeww', '-o', 'command'])
      .split('\n')
      .filter((line) => line.includes(mark));
  return pids()
    .filter((pid) => read(pid, 'environ').includes(mark))
    .map((pid) => read(pid, 'cmdline').replaceAll('\0', ' ').trim());
}

/** @see proc_pid_stat(5); the name may hold blanks and parentheses */
function parseStat(pid: number, stat: string): Process[] {
  const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (stat === '' || state === 'Z' || state === 'X') return [];
  const field = (index: number): number => Number(fields[index]);
  const time = (field(10) + field(11)) * tick;
  return [{ pid, parent: field(0), group: field(1), name, time, memory: field(20) * page }];
}

function parsePs(line: string): Process[] {
  const [, pid, parent, group, name] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+[^Z\s]\S*\s+(.*)/.exec(line) ?? [];
  if (name === undefined) return [];
  return [{ pid: Number(pid), parent: Number(parent), group: Number(group), name: name.replace(/^.*\//, '') }];
}

function ps(...which: string[]): string[] {
  return run('ps', [...which, '-o', 'pid=,ppid=,pgid=,stat=,comm=']).split('\n');
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return ''; // it has ended, or belongs to another user
  }
}

function run(command: string, args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 64 * 1024 * 1024 });
  } catch {
    return ''; // no such process, or no such program
  }
}
