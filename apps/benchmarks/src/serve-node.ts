/** What `deno serve`, Bun and workerd do with a module that exports a `fetch`, for Node: `node serve-node.ts FILE PORT` */
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const [, , script = '', port] = process.argv;
const { default: worker } = await import(pathToFileURL(script).href);

createServer(async ({ url = '' }, response) => {
  const answer: Response = await worker.fetch(new Request(new URL(url, 'http://127.0.0.1')));
  response.writeHead(answer.status).end(new Uint8Array(await answer.arrayBuffer()));
}).listen(Number(port), '127.0.0.1');
