/**
 * `wrangler dev` without its debugger, which no argument of the command leaves shut: workerd takes a debugger from any web
 * page that finds its port. A process of its own, for `dev.ts`: wrangler takes its switches from the environment.
 */
import { unstable_startWorker } from 'wrangler';

const [config = '', port, envFile = '', persist = ''] = process.argv.slice(2);
const worker = await unstable_startWorker({
  config,
  envFiles: [envFile],
  dev: { server: { hostname: '127.0.0.1', port: Number(port) }, inspector: false, persist, watch: false },
});
worker.raw.on('error', (event: unknown) => {
  console.error(event);
  process.exit(1);
});
await worker.ready;
console.log(`\nready on ${(await worker.url).origin}`);
