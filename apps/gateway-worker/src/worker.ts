/**
 * A Worker in AlipayHK's place: updatePass on passes that D1 keeps, and `/sandbox` to set it up and look into it.
 * Whatever is not under `/sandbox` is a request to the gateway, which answers wrong paths too.
 */
import { Hono } from 'hono';
import type { Env } from './env.ts';
import { answer } from './gateway.ts';
import { answerTo } from './sandbox/answer.ts';
import { sandbox } from './sandbox/sandbox.ts';

const app = new Hono<{ Bindings: Env }>();

app.route('/sandbox', sandbox);
app.all('*', ({ env, req }) => answer(req.raw, env));
app.onError(answerTo);

export default app satisfies ExportedHandler<Env>;
