/** Runs in the copy: reads an update from standard input and prints what the outbox sends for it. */
import { json } from 'node:stream/consumers';
import { changeOf, updateOf } from '../apps/outbox/src/units.ts';
import { readUpdate } from '../apps/outbox/src/update.ts';

const update = readUpdate(await json(process.stdin), { points: 'points', level: 'level' });
console.log(JSON.stringify(updateOf(update.passId, changeOf(update))));
