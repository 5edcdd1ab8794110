/** The lock of a journal: a file that names its owner by process id, a random id and host, made by one import alone. */
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { printable } from '@alipayhk-pass/message-security';
import { UsageError } from '../exit.ts';

/** A lock that this import holds. */
export interface Lock {
  /** Deletes the lock, unless it has become another import's. */
  release(): void;
}

/**
 * Takes the lock, also that of a process that has ended.
 *
 * @param path - file of the lock
 * @throws UsageError when another import holds it, or may hold it, and when its folder does not exist
 */
export function takeLock(path: string): Lock {
  const own = `${process.pid} ${randomUUID()} ${host()}`;
  const lock = {
    release(): void {
      if (read(path) === own) unlinkSync(path);
    },
  };
  if (create(path, own)) return lock;
  expectEnded(path);
  // Between a look at a stale lock and its deletion, another import may have replaced it by its own. So whoever takes a
  // lock over holds a second one, and looks again.
  const takeover = `${path}.takeover`;
  if (!create(takeover, own)) {
    throw new UsageError(`another import is taking ${path} over; if none is running, delete ${takeover}`);
  }
  try {
    expectEnded(path);
    rmSync(path, { force: true });
    if (create(path, own)) return lock;
  } finally {
    unlinkSync(takeover);
  }
  throw new UsageError(inUse(path));
}

/** Whether the file was made; not if there is one. */
function create(path: string, content: string): boolean {
  try {
    writeFileSync(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code === 'ENOENT') throw new UsageError(`${path} cannot be written: its folder does not exist`);
    if (code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT') rmSync(path, { force: true }); // it is empty
    throw error;
  }
}

/** @throws UsageError unless the lock's owner is known to have ended */
function expectEnded(path: string): void {
  const content = read(path);
  if (content === undefined) return; // deleted since
  const [, pid, owner] = /^(\d{1,10}) \S+ (.*)$/.exec(content) ?? [];
  // A file without an owner may be one that is being written. Of another host, as of another container on the same volume,
  // nobody here knows which processes live.
  if (pid === undefined || owner !== host() || isAlive(Number(pid))) throw new UsageError(inUse(path, pid, owner));
}

const inUse = (path: string, pid?: string, owner?: string): string =>
  `another import${pid ? ` (process ${pid}${owner ? ` of ${printable(owner, 64)}` : ''})` : ''} uses this journal; if none is running, delete ${path}`;

/** The name of this machine or container; empty where the runtime does not give it. */
function host(): string {
  try {
    return hostname();
  } catch {
    return ''; // Deno, without its permission
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (pid === 0) return false; // to kill() it would be our own group
  if (pid === process.pid) return false; // an earlier one with our id, as the first process of a container that was restarted
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Killed, but still listed: in a container nobody may ask for its exit code. Only Linux shows it here. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
