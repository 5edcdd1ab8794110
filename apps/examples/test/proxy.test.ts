/** Updates through proxies: a forward proxy that the runtime's variables name, and two kinds of reverse proxy. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { run } from './harness.ts';
import { app } from './packed.ts';
import { copyExample, type Example } from './project.ts';
import { entryOf, freshPass, passOf, sandboxVariables } from './sandbox.ts';
import { forward, serve, serveTls, serveTunnels } from './servers.ts';

const bin = join(app, 'node_modules/.bin');
const deno = ['run', '--cached-only', '--no-lock', '--node-modules-dir=manual', '--allow-env', '--allow-net'];
const runtimes = [
  { runtime: 'Node', example: 'node', command: [process.execPath], trust: 'NODE_EXTRA_CA_CERTS' },
  { runtime: 'Bun', example: 'bun', command: [join(bin, 'bun')], trust: 'NODE_EXTRA_CA_CERTS' },
  { runtime: 'Deno', example: 'deno', command: [join(bin, 'deno'), ...deno], trust: 'DENO_CERT' },
] as const;
const updatePass = '/api/open/alipay/v1/ipass/pass/manage/updatePass';

const folders = new Map<Example, string>();
beforeAll(async () => {
  for (const { example } of runtimes) folders.set(example, await copyExample(example));
});
afterAll(() => {
  for (const folder of folders.values()) rmSync(folder, { recursive: true });
});

/** Runs a program of an example. */
async function start({ example, command }: (typeof runtimes)[number], args: string[], variables: object) {
  const folder = folders.get(example) ?? '';
  const [program = '', ...options] = command;
  return run(program, [...options, ...args], {
    cwd: folder,
    variables: { ...sandboxVariables(), ...variables },
  });
}

/** Runs a program that updates a pass, and expects the sandbox to have applied it. */
async function expectUpdate(runtime: (typeof runtimes)[number], file: string, variables: object): Promise<void> {
  const passId = await freshPass();
  const { code, stdout, stderr } = await start(runtime, [file, passId], variables);
  expect(code, stderr).toBe(0);
  expect(await entryOf(/^updated (\w+)$/m.exec(stdout)?.[1] ?? '')).toMatchObject({ passId, encrypted: true });
  expect(await passOf(passId)).toMatchObject({ level: '金卡', revision: 1 });
}

const toSandbox = (path = '') => new URL(path, inject('sandbox').url);
const [node] = runtimes;

test.each(runtimes)('$runtime updates a pass of an https gateway through the proxy of HTTPS_PROXY', async (runtime) => {
  const gateway = await serveTls((incoming, outgoing) => forward(incoming, outgoing, toSandbox(incoming.url)));
  const tunnels: string[] = [];
  const variables = {
    GATEWAY_URL: gateway.url,
    [runtime.trust]: gateway.certificate,
    HTTPS_PROXY: await serveTunnels(tunnels),
    NO_PROXY: '',
    ...(runtime.runtime === 'Node' && { NODE_USE_ENV_PROXY: '1' }),
  };
  await expectUpdate(runtime, 'update.ts', variables);
  expect(tunnels).toEqual([new URL(gateway.url).host]);
});

test('update.ts updates a pass through a reverse proxy that GATEWAY_URL names', async () => {
  const GATEWAY_URL = await serve((incoming, outgoing) => forward(incoming, outgoing, toSandbox(incoming.url)));
  await expectUpdate(node, 'update.ts', { GATEWAY_URL });
});

test('own-proxy.ts updates a pass through a proxy that has a path and asks for a token', async () => {
  const paths: (string | undefined)[] = [];
  const proxy = await serve((incoming, outgoing) => {
    paths.push(incoming.url);
    if (incoming.headers['proxy-token'] !== 'of-the-tests') outgoing.writeHead(403).end();
    else forward(incoming, outgoing, toSandbox(incoming.url?.replace('/alipayhk/', '/')));
  });
  await expectUpdate(node, 'own-proxy.ts', { PROXY_URL: `${proxy}/alipayhk`, PROXY_TOKEN: 'of-the-tests' });
  expect(paths).toEqual([`/alipayhk${updatePass}`]);
});

describe('an update that a proxy spoils', () => {
  test('ends in ResponseUnexpected when the proxy itself replies with HTTP status 403', async () => {
    const GATEWAY_URL = await serve((_, outgoing) => outgoing.writeHead(403).end('address not listed'));
    const { code, stderr } = await start(node, ['update.ts'], { GATEWAY_URL });
    expect(stderr).toMatch(/^ResponseUnexpected received HTTP status 403/);
    expect(code).toBe(1);
  });

  test('ends in SignatureVerificationFailed when the proxy adds a byte to the reply', async () => {
    const GATEWAY_URL = await serve(async (incoming, outgoing) => {
      const { host: _, connection: __, ...headers } = incoming.headers as Record<string, string>;
      const body = await buffer(incoming);
      const response = await fetch(toSandbox(incoming.url), { method: 'POST', headers, body });
      const kept = [...response.headers].filter(([name]) => !/^(content-length|.*-encoding)$/.test(name));
      outgoing.writeHead(200, Object.fromEntries(kept)).end(`${await response.text()}\n`);
    });
    const { code, stderr } = await start(node, ['update.ts', await freshPass()], { GATEWAY_URL });
    expect(stderr).toMatch(/^SignatureVerificationFailed /);
    expect(code).toBe(1);
  });

  test('ends in ResultNotSigned with INVALID_API when the proxy adds a query to the path', async () => {
    const GATEWAY_URL = await serve((incoming, outgoing) =>
      forward(incoming, outgoing, toSandbox(`${incoming.url}?via=proxy`)),
    );
    const { code, stderr } = await start(node, ['update.ts', await freshPass()], { GATEWAY_URL });
    expect(stderr).toMatch(/^ResultNotSigned .*INVALID_API/);
    expect(code).toBe(1);
  });
});
