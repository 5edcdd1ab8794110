/** The `openssl` command, which does all of the cryptography of the vectors. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where it runs: holds the keys as the files that it asks for, until this process ends. */
export const work: string = mkdtempSync(join(tmpdir(), 'vectors-'));
process.on('exit', () => rmSync(work, { recursive: true }));

export function openssl(args: string, input: string | Uint8Array = ''): Buffer {
  return execFileSync('openssl', args.split(' '), { cwd: work, input, stdio: 'pipe' });
}
