/** Run in the copy: prints what the outbox would send for the update that it gets from standard input. */
import { json } from 'node:stream/consumers';
import { changeOf, updateOf } from '../apps/outbox/src/units.ts';
import { readUpdate } from '../apps/outbox/src/update.ts';

const update = readUpdate(await json(process.stdin), { points: 'points', level: 'level' });
console.log(JSON.stringify(updateOf(update.passId, changeOf(update))));
