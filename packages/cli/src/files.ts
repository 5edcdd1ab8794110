/** Files and standard streams of the commands. `-` is standard input. */
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
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

/**
 * Why an input file cannot be read.
 *
 * @param what - it is called, unless its path says that
 */
export function unreadable(error: unknown, path: string, what?: string): UsageError {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    ENOENT: 'no such file',
    EACCES: 'permission denied',
    EISDIR: 'it is a folder',
    ENOTDIR: 'no such file',
  };
  const name = path === '-' ? 'standard input' : path;
  return new UsageError(`${what ? `${what}: ` : ''}${name} cannot be read: ${reasons[code ?? ''] ?? code}`);
}

/**
 * Makes a folder for keys, and those above it, with a .gitignore in it: none of its files gets into a repository. A folder
 * that exists stays as it is.
 *
 * @throws UsageError when there is something else, or it cannot be made
 */
export function makeKeyFolder(path: string, mode?: number): void {
  if (makeFolder(path, mode)) writeOutput(join(path, '.gitignore'), '*\n');
}

/** Whether it made one. Not with Node's `recursive`, which never ends below /proc. */
function makeFolder(path: string, mode?: number): boolean {
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(path).isDirectory()) return false;
    const parent = dirname(path);
    if (code === 'ENOENT' && parent !== path && !existsSync(parent)) {
      makeFolder(parent, mode);
      return makeFolder(path, mode);
    }
    const reasons: Record<string, string> = {
      EEXIST: 'it is no folder',
      ENOTDIR: 'a part of its path is no folder',
      ENOENT: 'the system has no such folder',
      EACCES: 'permission denied',
      EROFS: 'the file system is read-only',
    };
    throw new UsageError(`${path} cannot be made a folder: ${reasons[code ?? ''] ?? code}`);
  }
}

/**
 * Looks, before anything else is done, whether a file can be written later.
 *
 * @throws UsageError for a folder, or a file in a folder that is not there
 */
export function expectWritable(path: string): void {
  if (existsSync(path) && statSync(path).isDirectory())
    throw new UsageError(`${path} cannot be written: it is a folder`);
  if (!existsSync(dirname(path))) throw new UsageError(`${path} cannot be written: its folder does not exist`);
}

/**
 * Looks, before anything else is done, whether `writeOutput` can write a file later.
 *
 * @throws UsageError for a file that exists, unless `force`, for a folder, or a file in a folder that is not there
 */
export function expectOutput(path: string, { force = false } = {}): void {
  expectWritable(path);
  if (!force && lstatSync(path, { throwIfNoEntry: false })) throw exists(path);
}

const exists = (path: string): UsageError => new UsageError(`${path} exists; use --force to overwrite it`);

/**
 * Writes a file in whole, readable by its owner alone if it is secret. With `force`, a new file takes the place of one that
 * exists or of a link: whoever has the old one open does not see the new content.
 *
 * @throws UsageError when it exists, unless `force`, and for what is no file
 */
export function writeOutput(path: string, content: string | Uint8Array, { mode = 0o644, force = false } = {}): void {
  if (!force) {
    writeNew(path, content, mode, path);
    return;
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new UsageError(`${path} cannot be written: it is a folder`);
  if (found && !found.isFile() && !found.isSymbolicLink())
    throw new UsageError(`${path} cannot be written: it is no file`);
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    writeNew(unfinished, content, mode, path);
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  }
}

/** @param named - the path that errors name */
function writeNew(path: string, content: string | Uint8Array, mode: number, named: string): void {
  let file: number;
  try {
    file = openSync(path, 'wx', mode);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw exists(named);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new UsageError(`${named} cannot be written: its folder does not exist`);
    if (code === 'EACCES') throw new UsageError(`${named} cannot be written: permission denied`);
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
