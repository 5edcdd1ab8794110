/** A Worker that answers every request with the report. */
import { runAll } from '../report.ts';

const version = 'process' in globalThis ? 'with Node APIs' : 'without Node APIs';

export default { fetch: async (): Promise<Response> => new Response(await runAll(version)) };
