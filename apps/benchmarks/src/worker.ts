/**
 * The one benchmark file, run unchanged by every runtime: does a job as often as it is asked to. It holds no clock,
 * because workerd's stands still while a script computes; bench.ts times the replies from outside, the same way for all.
 */
import { problems, rsaImports } from './agreement.ts';
import { contenders, jobs, others } from './jobs.ts';

type Call = () => Promise<unknown>;

const ready = new Map<string, Promise<Call>>();

function callOf(job: string, by: string): Promise<Call> {
  const name = `${job}, ${by}`;
  let call = ready.get(name);
  if (call === undefined) {
    call = prepare(job, by);
    ready.set(name, call);
  }
  return call;
}

async function prepare(name: string, by: string): Promise<Call> {
  const job = jobs[name];
  if (job !== undefined && by === 'raw') return job.raw();
  const contender = contenders[by] ?? others[by];
  if (job === undefined || contender === undefined) throw new TypeError(`expected a job, received ${name} by ${by}`);
  return job.by(await contender());
}

const handlers: Record<string, (query: URLSearchParams) => Promise<unknown>> = {
  '/agreement': async () => ({ problems: await problems(), rsaImports: await rsaImports() }),
  '/run': async (query) => {
    const call = await callOf(query.get('job') ?? '', query.get('by') ?? '');
    for (let left = Number(query.get('times')); left > 0; left--) await call();
  },
};

export default {
  hostname: '127.0.0.1', // for Bun, which else listens to the whole network
  async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    try {
      return Response.json((await handlers[pathname]?.(searchParams)) ?? null);
    } catch (error) {
      return new Response(String(error), { status: 500 });
    }
  },
};
