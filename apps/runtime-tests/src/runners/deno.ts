/** `deno test --no-check src/runners/deno.ts` */
import { suite } from '#suite';
import { noted, report } from '../report.ts';

suite((name, run) => Deno.test(name, noted(name, run)));
Deno.test.afterAll(() => console.log(report(Deno.version.deno)));
