/** A folder for the state of Workers, gone when everything has stopped. */
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Makes a folder, in memory where the system has a file system for that: what SIGKILL leaves behind is the same there, and
 * what is measured is not the disk. A power cut is not proven either way.
 *
 * @param started - gets what removes it
 */
export function makeFolder(started: AsyncDisposableStack): string {
  const folder = mkdtempSync(join(parent(), 'alipayhk-pass-soak-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  process.on('exit', remove); // whatever ended this process
  started.defer(() => {
    remove();
    process.off('exit', remove);
  });
  return folder;
}

function parent(): string {
  const memory = '/dev/shm';
  try {
    accessSync(memory, constants.W_OK);
    return memory;
  } catch {
    return tmpdir();
  }
}
