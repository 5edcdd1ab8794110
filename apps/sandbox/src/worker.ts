/**
 * A Worker in AlipayHK's place: updatePass on passes that D1 keeps, and `/sandbox` to set it up and look into it.
 * Whatever is not under `/sandbox` is a request to the gateway, which answers wrong paths too.
 */
import { Hono } from 'hono';
import type { Env } from './env.ts';
import { answer } from './gateway.ts';
import { answerTo, Refused } from './sandbox/answer.ts';
import { sandbox } from './sandbox/sandbox.ts';

const app = new Hono<{ Bindings: Env }>();

app.route('/sandbox', sandbox);
app.all('*', ({ env, req }) => {
  // A merchant is no browser. Any page can have one send a request, even where it cannot read the answer: not worth an entry.
  if (['cross-site', 'same-site'].includes(req.header('Sec-Fetch-Site') ?? '')) {
    throw new Refused('Forbidden', [{ path: 'Sec-Fetch-Site', expected: 'no page of another origin' }]);
  }
  return answer(req.raw, env);
});
app.onError(answerTo);

export default app satisfies ExportedHandler<Env>;
