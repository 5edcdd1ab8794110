/** Files and standard streams of the commands. `-` is standard input. */
import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { UsageError } from './exit.ts';

let stdinReader: string | undefined;
let stdinBytes: Buffer | undefined;

/**
 * The bytes of an input file.
 *
 * @param what - it is called in errors, as `--private-key`
 * @throws UsageError for a file that cannot be read
 */
export function readInput(path: string, what: string): Buffer {
  try {
    if (path !== '-') return readFileSync(path);
    // A key may be asked for twice; two things cannot both be what is there.
    if (stdinReader !== what) claimStdin(what);
    stdinBytes ??= readFileSync(0);
    return stdinBytes;
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(error, path, what);
  }
}

/**
 * Standard input can be read once.
 *
 * @throws UsageError when something else reads it already
 */
export function claimStdin(what: string): void {
  if (stdinReader !== undefined) throw new UsageError(`${stdinReader} and ${what} both read standard input`);
  stdinReader = what;
}

/** Why an input file cannot be read. */
export function unreadable(error: unknown, path: string, what: string): UsageError {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
  };
  return new UsageError(
    `${what}: ${path === '-' ? 'standard input' : path} cannot be read: ${reasons[code ?? ''] ?? code}`,
  );
}

/**
 * Writes a file in whole, readable by its owner alone if it is secret.
 *
 * @throws UsageError when it exists, unless `force`
 */
export function writeOutput(path: string, content: string | Uint8Array, { mode = 0o644, force = false } = {}): void {
  const { O_CREAT, O_EXCL, O_TRUNC, O_WRONLY } = constants;
  let file: number;
  try {
    file = openSync(path, O_WRONLY | O_CREAT | (force ? O_TRUNC : O_EXCL), mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new UsageError(`${path} exists; use --force to overwrite it`);
    if (code === 'ENOENT') throw new UsageError(`${path} cannot be written: its folder does not exist`);
    throw error;
  }
  try {
    const bytes = Buffer.from(content);
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
