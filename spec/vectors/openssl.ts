/** The `openssl` command, which does all of the cryptography of the vectors. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The folder in which it runs, with the keys as files; removed when this process ends. */
export const work: string = mkdtempSync(join(tmpdir(), 'vectors-'));
process.on('exit', () => rmSync(work, { recursive: true }));

/**
 * Runs `openssl`.
 *
 * @param args - arguments, separated by blanks
 * @param input - standard input
 * @returns standard output
 * @throws Error when it fails
 */
export function openssl(args: string, input: string | Uint8Array = ''): Buffer {
  return execFileSync('openssl', args.split(' '), { cwd: work, input, stdio: 'pipe' });
}
