/** POST /updates updates a card; below /{tag}/points/ AlipayHK calls. */
import { checkUpdate, isUpdatePassError } from '@alipayhk-pass/api';
import { Hono } from 'hono';
import { bearerAuth } from 'hono/bearer-auth';
import { HTTPException } from 'hono/http-exception';
import { connect, type Env } from './alipayhk.ts';

const app = new Hono<{ Bindings: Env }>();

app.post(
  '/updates',
  (c, next) => bearerAuth<{ Bindings: Env }>({ token: c.env.API_TOKEN })(c, next), // whoever has it can sign updates in your name
  async (c) => {
    const { client } = await connect(c.env);
    const { tracerId } = await client.updatePass(checkUpdate(await c.req.json()));
    return c.json({ tracerId });
  },
);

app.all('/:tag/points/*', async (c) => {
  const { webhooks } = await connect(c.env);
  return webhooks(c.req.raw, c.env);
});

app.onError((error, c) => {
  if (error instanceof SyntaxError) return c.json({ code: 'NotJson' }, 400);
  if (error instanceof HTTPException) return error.getResponse(); // of bearerAuth
  if (!isUpdatePassError(error)) throw error; // a TypeError: a mistake in the call or in the configuration
  const { code, message, tracerId } = error;
  console.error(code, message, tracerId); // holds no key and no body
  if (code === 'RequestInvalid') return c.json({ code, issues: error.issues }, 400); // nothing was sent
  if (code === 'ResultNotSuccess' && error.resultInfo.resultStatus === 'F') {
    return c.json({ code, tracerId, resultInfo: error.resultInfo }, 409); // AlipayHK refused it
  }
  // The update may have taken effect. The caller sends the newest state of this card again, later.
  return c.json({ code, tracerId }, 502);
});

export default app;
