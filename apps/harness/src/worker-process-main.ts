/**
 * The child process of `startWorkerProcess`: reads the options as a line of JSON from stdin, prints `ready on URL`, and
 * ends when stdin does, because then the process that started it is gone.
 */
import { createInterface } from 'node:readline';
import { startWorker } from './workers.ts';

const lines = createInterface(process.stdin);
lines.once('close', () => process.exit(1));
lines.once('line', async (line) => {
  try {
    const { url } = await startWorker(JSON.parse(line));
    console.log(`ready on ${url}`);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
});
