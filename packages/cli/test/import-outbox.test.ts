// import with an outbox as its target.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serve } from './gateway.ts';
import { lines, ndjson } from './import-lines.ts';
import { folderWithKeys } from './keys.ts';
import { run, runtimes } from './runtimes.ts';

const base = { userId: 'U1', status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD', merchantId: '2160400000000001' };
const fast = ['--rate', '0', '--backoff', '5'];
const env = { OUTBOX_TOKEN: 'secret-token' };
const report = (cwd: string) =>
  readFileSync(join(cwd, 'in.ndjson.report.ndjson'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

function folder(config: object = {}, count = 1): string {
  const cwd = folderWithKeys(config);
  writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(count, 1)));
  return cwd;
}

describe('import', () => {
  it('hands updates to an outbox with a token and a key that repeats with the request', async () => {
    const received: { path: string; key: string | null; authorization: string | null; body: object }[] = [];
    const cwd = folderWithKeys();
    const url = await serve(async (request) => {
      received.push({
        path: new URL(request.url).pathname,
        key: request.headers.get('Idempotency-Key'),
        authorization: request.headers.get('Authorization'),
        body: (await request.json()) as object,
      });
      if (received.length === 1) return new Response('', { status: 503 });
      return received.length === 3
        ? Response.json({ error: { code: 'PassClosed', message: 'the pass was closed' } }, { status: 409 })
        : Response.json({}, { status: 202 });
    });
    writeFileSync(join(cwd, 'in.ndjson'), ndjson(lines(2, 1)));
    const env = { OUTBOX_TOKEN: 'secret-token', OUTBOX_URL: url };
    const ended = await run(['import', 'in.ndjson', ...fast], { cwd, env });
    expect(ended).toMatchObject({ code: 3, stdout: expect.stringContaining('1 done, 1 refused') });
    expect(received[0]).toEqual(received[1]);
    expect(received[0]).toMatchObject({ path: '/passes/0', authorization: 'Bearer secret-token' });
    expect(received[2]?.key).not.toBe(received[0]?.key);
    expect(received[0]?.body).toEqual({ ...base, dataInfo: { points: 0 } });
    expect(report(cwd)).toMatchObject([{ line: 2, code: 'PassClosed' }]);
  });
});

describe.each(runtimes)('import on $name', (runtime) => {
  it("shows a refusing outbox's text without its control characters", async () => {
    const error = { code: 'X\u001b[2J', message: '\u001b]0;title\u0007\u009b31m\u202eno\r\n' };
    const url = await serve(async () => Response.json({ error }, { status: 401 }));
    const cwd = folder({ outboxUrl: url });
    const ended = await run(['import', 'in.ndjson', '--attempts', '1', ...fast], { cwd, env, runtime });
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain(
      '\ufffd]0;title\ufffd\ufffd31m\ufffdno\ufffd\ufffd (line 1); nothing more was sent, because every line would get this; check the URL of the outbox and its token, then run the same command again to go on\n',
    );
    expect(ended.stderr).toMatch(/^[^\p{Cc}\p{Cf}]+\n[^\p{Cc}\p{Cf}]+\n$/u);
    expect(report(cwd)[0].code).toBe('X\ufffd[2J');
  });

  it.each([
    ['text that is no JSON', '<h1>Bad\ngateway</h1>', 'HTTP 400', 'HTTP 400: <h1>Bad\ufffdgateway</h1>'],
    ['an empty body', '', 'HTTP 400', 'HTTP 400'],
    ['JSON without an error', 'null', 'HTTP 400', 'HTTP 400: null'],
    ['an error that is a text', '{"error":"no"}', 'HTTP 400', 'HTTP 400: {"error":"no"}'],
    ['an error without a code', '{"error":{"message":"no"}}', 'HTTP 400', 'HTTP 400: no'],
    ['an error without a message', '{"error":{"code":"X"}}', 'X', 'HTTP 400: {"error":{"code":"X"}}'],
  ])('reports status and text where an outbox refuses with %s', async (_, body, code, message) => {
    const url = await serve(async () => new Response(body, { status: 400 }));
    const cwd = folder({ outboxUrl: url });
    expect((await run(['import', 'in.ndjson', ...fast], { cwd, env, runtime })).code).toBe(3);
    expect(report(cwd)).toMatchObject([{ outcome: 'refused', code, message: `the outbox replied ${message}` }]);
  });

  it.each([
    ['"outboxUrl" in alipayhk-pass.config.json', { outboxUrl: 'http://outbox.example' }, [], {}],
    ['--outbox', {}, ['--outbox', 'http://192.0.2.1:8787'], {}],
    ['OUTBOX_URL', {}, [], { OUTBOX_URL: 'http://127.0.0.1.example' }],
  ])('exits with 2 when %s would send the token in the clear', async (name, config, args, more) => {
    const cwd = folder(config);
    const ended = await run(['import', 'in.ndjson', ...args], { cwd, env: { ...env, ...more }, runtime });
    expect(ended).toEqual({
      code: 2,
      stdout: '',
      stderr: `alipayhk-pass: ${name} would send the token in the clear; expected https:, or http: to this machine\n`,
    });
  });

  it('says where it sends the token, and which setting says so, before it sends', async () => {
    const url = await serve(async () => Response.json({}, { status: 202 }));
    const ended = await run(['import', 'in.ndjson', ...fast], { cwd: folder({ outboxUrl: url }), env, runtime });
    expect(ended).toEqual({
      code: 0,
      stdout: '1 done\n',
      stderr: `alipayhk-pass: sending to the outbox ${url}, from "outboxUrl" in alipayhk-pass.config.json\n`,
    });
  });
});
