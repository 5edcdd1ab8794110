/** `bun test ./src/runners/bun.ts` */
import { afterAll, test } from 'bun:test';
import { suite } from '#suite';
import { noted, report } from '../report.ts';

suite((name, run) => test(name, noted(name, run)));
afterAll(() => console.log(report(Bun.version)));
