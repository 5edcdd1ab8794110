/** What `deno serve`, Bun and workerd do with a module that exports a `fetch`, for Node: `node serve-node.ts FILE` */
import { pathToFileURL } from 'node:url';
import { serve } from '@alipayhk-pass/harness/serve';

const [, , script = ''] = process.argv;
const { default: worker } = await import(pathToFileURL(script).href);
console.log((await serve((request) => worker.fetch(request))).url);
