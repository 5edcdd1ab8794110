/** Runs in the copy: reads an update from standard input and prints what the outbox sends for it. */
import { json } from 'node:stream/consumers';
import { readUpdate } from '../apps/outbox/src/http/update.ts';
import { changeOf, updateOf } from '../apps/outbox/src/pass/fields.ts';

const { update } = readUpdate(await json(process.stdin), { points: [], level: [] });
console.log(JSON.stringify(updateOf(update.passId, changeOf(update))));
