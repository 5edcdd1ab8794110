/** `node src/runners/node.ts`; older versions run it bundled. */
import { after, test } from 'node:test';
import { suite } from '#suite';
import { noted, report } from '../report.ts';

suite((name, run) => {
  test(name, noted(name, run));
});
after(() => console.log(report(process.version)));
