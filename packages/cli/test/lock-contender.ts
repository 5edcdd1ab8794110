// One of several processes that want one lock: `lock-contender.ts FOLDER DEAD_PID ATTEMPTS`. Whoever gets it leaves it as a
// process does that is killed, so that the next one has to take it over. Prints how often it got the lock.
import { randomUUID } from 'node:crypto';
import { renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { takeLock } from '../src/import/lock.ts';

const [, , folder = '', deadPid = '', attempts = ''] = process.argv;
const path = join(folder, 'lock');
let taken = 0;
for (let attempt = 0; attempt < Number(attempts); attempt++) {
  try {
    takeLock(path);
  } catch (error) {
    if (/^another import/.test((error as Error).message)) continue;
    throw error;
  }
  taken++;
  writeFileSync(join(folder, 'inside'), '', { flag: 'wx' }); // throws if another one has the lock too
  unlinkSync(join(folder, 'inside'));
  const left = join(folder, randomUUID());
  writeFileSync(left, `${deadPid} ${randomUUID()} ${hostname()}`);
  renameSync(left, path);
}
console.log(taken);
