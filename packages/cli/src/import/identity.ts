/** What tells one file from another without reading all of it: its size, and a digest of its beginning and its end. */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UsageError } from '../exit.ts';
import { unreadable } from '../files.ts';

const chunk = 64 * 1024;

/** @throws UsageError for a file that cannot be read */
export function identify(path: string): { size: number; sha256: string } {
  try {
    const file = openSync(path, 'r');
    try {
      const stat = fstatSync(file);
      if (!stat.isFile()) throw new UsageError(`the file: ${path} is no file; give a stream as -`);
      const digest = createHash('sha256');
      for (const at of [0, Math.max(0, stat.size - chunk)]) {
        const bytes = Buffer.alloc(chunk);
        digest.update(bytes.subarray(0, readSync(file, bytes, 0, chunk, at)));
      }
      return { size: stat.size, sha256: digest.digest('hex') };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw error instanceof UsageError ? error : unreadable(error, path, 'the file');
  }
}
