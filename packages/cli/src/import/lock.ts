/** The lock of a journal: a file that names its owner by process id, a random id and host, made by one import alone. */
import { randomUUID } from 'node:crypto';
import { lstatSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
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
 * @throws UsageError when another import holds it, or may hold it, when the file is no lock, and when its folder does not
 *   exist
 */
export function takeLock(path: string): Lock {
  const own = `${process.pid} ${randomUUID()} ${host()}`;
  take(path, own, (owner) => `another import${owner} uses this journal`, path);
  return {
    release(): void {
      if (read(path) === own) unlinkSync(path);
    },
  };
}

/**
 * Makes a file with our name in it. Between a look at the file of a process that has ended and its replacement, another
 * import may have replaced it by its own. So whoever replaces it first makes, in the same way, a second file that is named
 * after the id in the first, looks again, and moves the second one into its place. Killed in between it leaves two such
 * files, and the next import replaces both.
 *
 * @param taken - says that another import holds the file
 * @param lock - path of the lock itself
 */
function take(path: string, own: string, taken: (owner: string) => string, lock: string): void {
  // A second round: the file was there and is gone.
  for (let round = 0; round < 2; round++) {
    if (create(path, own)) return;
    const found = readWritten(path);
    if (found === undefined) continue;
    const { id, pid, owner } = expectLock(found, path);
    // Of another host, as of another container on the same volume, nobody here knows which processes live.
    if (owner !== host() || isAlive(pid)) break;
    const successor = `${lock}.${id}`;
    take(successor, own, (other) => `another import${other} is taking ${lock} over`, lock);
    if (read(path) === found) {
      renameSync(successor, path);
      return;
    }
    unlinkSync(successor);
  }
  const [, pid, owner = ''] = lockForm.exec(read(path) ?? '') ?? [];
  const name = pid === undefined ? '' : ` (process ${pid}${owner && ` of ${printable(owner, 64)}`})`;
  throw new UsageError(`${taken(name)}; if none is running, delete ${path}`);
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
    if (code === 'EACCES') throw new UsageError(`${path} cannot be written: permission denied`);
    if (code === 'ENOSPC' || code === 'EFBIG' || code === 'EDQUOT') rmSync(path, { force: true }); // it is empty
    throw error;
  }
}

const lockForm = /^(\d{1,10}) [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12} ([^\n]{0,255})$/;

/** @throws UsageError for a file that no import made; it may be anything, so nobody is told to delete it */
function expectLock(content: string, path: string): { id: string; pid: number; owner: string } {
  const [, pid, owner = ''] = lockForm.exec(content) ?? [];
  if (pid !== undefined) return { id: content.split(' ')[1] ?? '', pid: Number(pid), owner };
  throw new UsageError(`${path} is no lock of an import; it is left as it is; expected another name for --journal`);
}

/** The name of this machine or container; empty where the runtime does not give it. */
function host(): string {
  try {
    return hostname();
  } catch {
    return ''; // Deno, without its permission
  }
}

/** `undefined` where there is nothing; what is no file, or too long for a lock, is not read. */
function read(path: string): string | undefined {
  try {
    const stat = lstatSync(path);
    return stat.isFile() && stat.size < 1024 ? readFileSync(path, 'utf8') : 'no lock';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** An import that makes a lock writes into it at once; a file that stays empty is of something else. */
function readWritten(path: string): string | undefined {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  let content = read(path);
  for (let round = 0; round < 50 && content === ''; round++) {
    Atomics.wait(pause, 0, 0, 10);
    content = read(path);
  }
  return content;
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
