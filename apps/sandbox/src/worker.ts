/** The sandbox as a Worker on D1. */
import { createSandbox } from '@alipayhk-pass/sandbox';
import type { Env } from './env.ts';
import { ConfigurationInvalid, optionsOf } from './environment.ts';

type Sandbox = ReturnType<typeof createSandbox>;

// Made once for an isolate, and anew only if the environment changed. Not a promise of it: workerd ties a promise to the
// request that made it.
let made: { env: Env; sandbox: Sandbox } | undefined;

async function sandboxOf(env: Env): Promise<Sandbox> {
  if (made && isSame(made.env, env)) return made.sandbox;
  const sandbox = createSandbox(await optionsOf(env));
  made = { env: { ...env }, sandbox };
  return sandbox;
}

function isSame(one: Env, other: Env): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]) as Set<keyof Env>;
  return [...names].every((name) => one[name] === other[name]);
}

/** The Worker's own mistake: HTTP 500, in the form of the admin API's errors. */
function refuse(error: unknown): Response {
  if (!(error instanceof ConfigurationInvalid)) throw error;
  const { name, message, variable, problem, cause } = error;
  console.error(JSON.stringify({ name, message, ...(cause instanceof Error && { reason: cause.message }) }));
  const issues = [{ path: variable, message: problem }];
  const headers = { 'Cache-Control': 'no-store' };
  return Response.json({ error: { code: name, message, issues } }, { status: 500, headers });
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    try {
      return await (await sandboxOf(env))(request);
    } catch (error) {
      return refuse(error);
    }
  },
} satisfies ExportedHandler<Env>;
