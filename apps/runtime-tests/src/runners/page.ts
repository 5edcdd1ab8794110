/** A page's script: posts the report to where the page came from. */
import { runAll } from '../report.ts';

const version = navigator.userAgent.match(/\S*Chrome\/\S+/)?.[0] ?? navigator.userAgent;
await fetch('/', { method: 'POST', body: await runAll(version) });
