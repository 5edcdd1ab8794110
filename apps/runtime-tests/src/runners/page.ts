/** A page's script: posts the report to where the page came from. */
import { runAll } from '../report.ts';

const { userAgent } = navigator;
const version = userAgent.split(' ').find((part) => part.includes('Chrome/')) ?? userAgent;
await fetch('/', { method: 'POST', body: await runAll(version) });
