/**
 * `node tools/move.ts --url https://… --to 32`, with API_TOKEN in the environment: moves all passes of a deployed outbox to
 * another number of shards. It may be stopped and started again. Callers get 503 from its begin until SHARDS is deployed
 * with the new number.
 */
import { parseArgs } from 'node:util';
import { moveShards } from './move-shards.ts';

const { values } = parseArgs({ options: { url: { type: 'string' }, to: { type: 'string' } } });
const { url, to } = values;
const token = process.env.API_TOKEN;
if (url === undefined || !/^[1-9]\d{0,3}$/.test(to ?? '') || token === undefined) {
  console.error('usage: API_TOKEN=… node tools/move.ts --url https://… --to 32');
  process.exit(2);
}
let total = 0;
await moveShards({ url, token, to: Number(to) }, (moved) => {
  total += moved;
  console.log(`${total} rows moved`);
});
console.log(`done: deploy with SHARDS ${to}`);
