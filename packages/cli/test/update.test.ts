import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { serve, startGateway } from './gateway.ts';
import { folderWithKeys, keys, newPair, pem } from './keys.ts';
import { run, runtimes, start } from './runtimes.ts';

const flags = ['--pass-id', '1', '--user-id', 'U1', '--data', 'points:=880', '--data', 'level=金卡'];
const sent = {
  passId: '1',
  userId: 'U1',
  merchantId: '2160400000000001',
  status: 'UPDATE',
  updateDetailType: 'UPDATE_MEMBER_CARD',
  dataInfo: { points: 880, level: '金卡' },
};

describe.each(runtimes)('update on $name', (runtime) => {
  it('sends an update of flags, prints the result and exits with 0', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    const ended = await run(['update', ...flags], { cwd, runtime });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(ended.stdout).toContain('done: S SUCCESS, reply signed');
    expect(updates).toEqual([sent]);
  });

  it('encrypts the update of standard input and reads the encrypted reply', async () => {
    const { url, updates } = await startGateway(keys, { requireEncryption: true });
    const cwd = folderWithKeys({ gatewayUrl: url, encrypt: true });
    const ended = await run(['update', '--json', '-'], { cwd, runtime, input: JSON.stringify(sent) });
    expect(ended).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(ended.stdout)).toMatchObject({ resultInfo: { resultStatus: 'S' }, encrypted: true });
    expect(updates).toEqual([sent]);
  });

  it('takes keys from the environment, before the configuration', async () => {
    const { url } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url, privateKeyFile: 'absent.pem' });
    const env = { MERCHANT_PRIVATE_KEY: pem(keys.merchant.privateKey).replaceAll('\n', '\\n') };
    expect(await run(['update', ...flags], { cwd, runtime, env })).toMatchObject({ code: 0, stderr: '' });
  });

  it.each([
    ['F with 3', 'F', 'PASS_UPDATE_FAIL', 3],
    ['U with 4', 'U', 'SYSTEM_ERROR', 4],
  ] as const)('ends %s', async (_, resultStatus, resultCode, code) => {
    const { url } = await startGateway(keys, { handler: () => ({ resultStatus, resultCode, resultMessage: '' }) });
    const ended = await run(['update', ...flags, '--json'], { cwd: folderWithKeys({ gatewayUrl: url }), runtime });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(new RegExp(`^alipayhk-pass: the result is ${resultStatus} \\(${resultCode}\\).*\n$`));
    expect(JSON.parse(ended.stdout)).toMatchObject({ exitCode: code, error: { resultInfo: { resultCode } } });
  });

  it('says of a refusal for keys or console that nothing is wrong with the update', async () => {
    const { url } = await startGateway(keys, { publicKeyOf: () => undefined });
    const ended = await run(['update', ...flags], { cwd: folderWithKeys({ gatewayUrl: url }), runtime });
    expect(ended.stderr).toContain('(INVALID_CLIENT)');
    expect(ended.stderr).toContain('it concerns keys, Client-Id or console, not what was sent');
  });

  it('shows every stage with --dry-run, and sends nothing', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url, encrypt: true });
    const { code, stdout } = await run(['update', ...flags, '--dry-run'], { cwd, runtime });
    expect(code).toBe(0);
    const stages = ['update, checked', 'body, encrypted', 'Encrypt header', 'content to be signed', 'Signature header'];
    for (const stage of stages) expect(stdout).toContain(`${stage}\n`);
    expect(updates).toEqual([]);
  });

  it('prints a curl with --curl that the gateway accepts', async () => {
    const { url, updates } = await startGateway(keys);
    const cwd = folderWithKeys({ gatewayUrl: url });
    const { stdout } = await run(['update', ...flags, '--data', "note=it's", '--curl'], { cwd, runtime });
    writeFileSync(join(cwd, 'send.sh'), stdout);
    const reply = await new Promise((resolve) =>
      import('node:child_process').then(({ execFile }) =>
        execFile('sh', ['send.sh'], { cwd }, (_, out) => resolve(out)),
      ),
    );
    expect(reply).toMatch(/"SUCCESS".*\}\n$/);
    expect(updates).toEqual([{ ...sent, dataInfo: { ...sent.dataInfo, note: "it's" } }]);
  });
});

describe('update prints one line on standard error and exits', () => {
  const cases: [string, string[], number, string | RegExp, object?][] = [
    ['with 2 for an unknown option', ['update', '--nope'], 2, 'unknown option --nope'],
    ['with 2 for an unknown command', ['updat'], 2, 'unknown command "updat"; see alipayhk-pass --help'],
    [
      'with 2 for a file that does not exist',
      ['update', 'no.json'],
      2,
      'the update: no.json cannot be read: no such file',
    ],
    [
      'with 2 for one argument too many',
      ['update', 'a', 'b'],
      2,
      'unexpected argument "b"; expected alipayhk-pass update [FILE]',
    ],
    ['with 2 for an update without fields', ['update'], 2, 'passId is missing; the body has no userId or openId'],
    [
      'with 2 for a status out of the contract',
      ['update', ...flags, '--status', 'USED'],
      2,
      /status must be "CLOSED" or "UPDATE"/,
    ],
    ['with 2 for data out of form', ['update', '--data', 'points'], 2, '--data must be NAME=TEXT or NAME:=JSON'],
    [
      'with 2 for a gateway that is no origin',
      ['update', ...flags, '--gateway', 'open.alipay.hk'],
      2,
      '--gateway must be an origin such as https://open.alipay.hk',
    ],
    [
      'with 2 for a timeout of no number',
      ['update', ...flags, '--timeout', 'long'],
      2,
      '--timeout must be a whole number of at least 1',
    ],
    [
      'with 2 for a public key as private key',
      ['update', ...flags, '--private-key', 'merchant-public-key.pem'],
      2,
      '--private-key (merchant-public-key.pem) is a public key; expected an RSA private key of 2048 bits or more',
    ],
    [
      'with 2 for a key on the command line',
      ['update', ...flags, '--private-key=-----BEGIN PRIVATE KEY-----'],
      2,
      '--private-key is a key itself; expected the path of a file, because others can read command lines',
    ],
    [
      'with 2 for an option without its value',
      ['update', '--pass-id', '--user-id', 'U1'],
      2,
      '--pass-id has no value; one that begins with a dash is given as --pass-id=-…',
    ],
    [
      'with 2 for a switch with a value',
      ['update', '--encrypt=maybe'],
      2,
      "Option '--encrypt' does not take an argument",
    ],
    [
      'with 2 for a configuration that names an unknown setting',
      ['update', ...flags],
      2,
      'alipayhk-pass.config.json has "clientID", which is no setting',
      { clientID: 'x' },
    ],
    [
      'with 2 for a configuration that holds a key',
      ['update', ...flags],
      2,
      '"privateKeyFile" in alipayhk-pass.config.json is a key; expected the path of a key file',
      { privateKeyFile: '-----BEGIN PRIVATE KEY-----\nx' },
    ],
    [
      'with 2 for a profile that is none',
      ['update', ...flags, '--profile', 'alipayhk-pass.config.json'],
      2,
      'alipayhk-pass.config.json is no profile: profile.version must be 1',
    ],
    [
      'with 4 for a gateway that nobody runs',
      ['update', ...flags, '--gateway', 'http://127.0.0.1:9'],
      4,
      'no complete response; the connection failed',
    ],
  ];
  test.each(cases)('%s', async (_, args, code, text, config = {}) => {
    const ended = await run(args, { cwd: folderWithKeys(config) });
    expect(ended.code).toBe(code);
    expect(ended.stderr).toMatch(typeof text === 'string' ? `alipayhk-pass: ${text}` : text);
    expect(ended.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(ended.stdout).toBe('');
  });

  it('with 2 without a Client-Id, and names every place where it may be', async () => {
    const { code, stderr } = await run(['update', ...flags, '--merchant-id', 'M'], { cwd: '/' });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'alipayhk-pass: client-id is missing; expected --client-id ID or CLIENT_ID or "clientId" in alipayhk-pass.config.json\n',
    );
  });

  it('with 5 for a reply signed by another key', async () => {
    const { url } = await startGateway({ ...keys, gateway: newPair() });
    const ended = await run(['update', ...flags], { cwd: folderWithKeys({ gatewayUrl: url }) });
    expect(ended).toMatchObject({ code: 5, stdout: '' });
    expect(ended.stderr).toContain('the signature does not verify (Tracer-Id ');
  });

  it('with 4 for an HTTP error', async () => {
    const url = await serve(async () => new Response('down', { status: 502 }));
    const ended = await run(['update', ...flags], { cwd: folderWithKeys({ gatewayUrl: url }) });
    expect(ended).toMatchObject({
      code: 4,
      stdout: '',
      stderr: 'alipayhk-pass: received HTTP status 502; expected 200\n',
    });
  });

  it('with 1 for standard output that is closed or full', async () => {
    const cwd = folderWithKeys();
    writeFileSync(
      join(cwd, 'x.sh'),
      `"$@" update --dry-run ${flags.map((each) => `'${each}'`).join(' ')} >/dev/full; echo $?`,
    );
    chmodSync(join(cwd, 'x.sh'), 0o755);
    const { binary, node } = await import('./runtimes.ts');
    const out = execFileSync('sh', ['x.sh', node.command, binary], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    expect(out.toString()).toBe('1\n');
  });
});

describe.each(runtimes)('on $name', (runtime) => {
  it('a closed pipe ends in one line on standard error and exit code 1', async () => {
    // The key comes once the pipe is closed, so that nothing is written before.
    const { promise: input, resolve } = Promise.withResolvers<string>();
    const args = ['update', ...flags, '--dry-run', '--private-key', '-'];
    const running = start(args, { cwd: folderWithKeys(), runtime, input });
    running.child.stdout?.once('close', () => resolve(pem(keys.merchant.privateKey)));
    running.child.stdout?.destroy();
    const { code, stderr } = await running.ended;
    expect(stderr).toBe('alipayhk-pass: standard output was closed before everything was written\n');
    expect(code).toBe(1);
  });

  it('a key is read from standard input, and once', async () => {
    const cwd = folderWithKeys();
    const input = pem(keys.merchant.privateKey);
    const args = ['update', ...flags, '--dry-run', '--private-key', '-'];
    expect(await run(args, { cwd, runtime, input })).toMatchObject({ code: 0, stderr: '' });
    const both = await run([...args, '--public-key', '-'], { cwd, runtime, input });
    expect(both).toEqual({
      code: 2,
      stdout: '',
      stderr: 'alipayhk-pass: --private-key and --public-key both read standard input\n',
    });
    expect((await run(['doctor', '--offline', '--private-key', '-'], { cwd, runtime, input })).code).toBe(0);
  });
});

describe('nothing secret is printed', () => {
  const update = ['update', ...flags];
  it.each([
    [[...update, '--dry-run']],
    [[...update, '--curl']],
    [[...update, '--json']],
    [update],
    [['doctor', '--offline', '--json']],
    [['explain', '--private-key', 'merchant-private-key.pem', '--gateway-private-key', 'gateway-private-key.pem']],
    [['seal', '--json']],
    [['sign', '--json']],
    [['update', '--private-key', 'alipayhk-pass.config.json']],
  ])('by %j', async (args) => {
    const cwd = folderWithKeys({ encrypt: true, gatewayUrl: 'http://127.0.0.1:9' });
    const secrets = [keys.merchant, keys.gateway].flatMap(({ privateKey }) => {
      const number = Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url');
      return [...pem(privateKey).split('\n').slice(1, -2), number.toString('base64'), number.toString('hex')];
    });
    const input = args[0] === 'explain' ? (await run(['seal', '--encrypt'], { cwd, input: '{}' })).stdout : '{}';
    const { stdout, stderr } = await run(args, { cwd, input });
    expect(stdout + stderr).not.toBe('');
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  });
});
