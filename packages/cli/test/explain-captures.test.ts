// The forms in which explain takes a message.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { body, type Made, make, path } from './captured.ts';
import { folderWithKeys, keys } from './keys.ts';
import { run, runtimes } from './runtimes.ts';

const replyBody = '{"resultInfo":{"resultCode":"SUCCESS","resultStatus":"S","resultMessage":"success."}}';
const ascii = JSON.stringify({ merchantId: '2160400000000001', userId: 'U1', passId: '1', note: 'x'.repeat(100) });
const reply: Made = { kind: 'reply', body: replyBody };

/** A request in the form of `curl --trace-ascii`, its body after many replies and many blocks without data. */
function traceOfBlocks(count: number): string {
  const [head = '', sent = ''] = make({ body: ascii, signed: { body: `${ascii}\n` } })
    .text.toString()
    .split('\r\n\r\n');
  let offset = 0;
  const lines = head.split('\r\n').map((line) => {
    const shown = `${offset.toString(16).padStart(4, '0')}: ${line}\n`;
    offset += line.length + 2;
    return shown;
  });
  return [
    `=> Send header, ${head.length + 4} bytes\n${lines.join('')}`,
    '<= Recv header, 12 bytes\n0000: HTTP/1.1 100\n'.repeat(count),
    '=> Send data, 0 bytes\n'.repeat(count),
    `=> Send data, ${sent.length} bytes\n0000: ${sent}\n`,
  ].join('');
}

describe('explain reads', () => {
  const lines = (text: Buffer): string[] => (text.toString().split('\r\n\r\n', 1)[0] ?? '').split('\r\n');
  const changed = make({ signed: { body: `${body}\n` } });
  const pairs = lines(changed.text)
    .slice(1)
    .map((line) => line.split(/: (.*)/s, 2));
  const replied = make(reply);
  const replyPairs = lines(replied.text)
    .slice(1)
    .map((line) => line.split(/: (.*)/s, 2));
  const har = {
    request: {
      method: 'POST',
      url: `https://open.alipay.hk${path}`,
      headers: pairs.map(([name, each]) => ({ name, value: each })),
      postData: { text: body },
    },
    response: {
      status: 200,
      headers: replyPairs.map(([name, each]) => ({ name, value: each })),
      content: { text: replyBody },
    },
  };
  const ledger = {
    id: 1,
    method: 'POST',
    httpUri: path,
    headers: pairs,
    body,
    bodyBytes: Buffer.byteLength(body),
    stages: [],
    reply: { status: 200, headers: replyPairs, body: replyBody },
  };
  const curl = [
    '* Connected to open.alipay.hk (1.2.3.4) port 443',
    ...lines(changed.text).map((line) => `> ${line}`),
    '> ',
    '} [190 bytes data]',
    '* upload completely sent off: 190 bytes',
    ...lines(replied.text).map((line) => `< ${line}`),
    '< ',
    '{ [85 bytes data]',
    `${replyBody}* Connection #0 to host open.alipay.hk left intact`,
    '',
  ].join('\n');
  const forms: [string, string | Buffer, string[]?][] = [
    ['raw HTTP, request and reply', Buffer.concat([changed.text, Buffer.from('\r\n\r\n'), replied.text])],
    [
      'raw HTTP with LF',
      Buffer.from(
        `${changed.text.toString().replaceAll('\r\n', '\n')}\n${replied.text.toString().replaceAll('\r\n', '\n')}`,
      ),
    ],
    ['the output of curl -v', curl, ['--body', 'body.json']],
    ['a HAR entry', JSON.stringify(har)],
    [
      'a HAR file',
      JSON.stringify({
        log: {
          entries: [{ request: { method: 'GET', url: 'https://x/', headers: [] }, response: { status: 0 } }, har],
        },
      }),
      ['--entry', '2'],
    ],
    ["a line of the sandbox's ledger", `${JSON.stringify(ledger)}\n`],
    ["the sandbox's ledger", JSON.stringify({ entries: [ledger, ledger] })],
  ];
  it.each(forms)('%s', async (_, capture, args = []) => {
    const cwd = folderWithKeys();
    writeFileSync(join(cwd, 'body.json'), body);
    const ended = await run(['explain', ...args], { cwd, input: capture });
    expect(ended).toMatchObject({ code: 5, stderr: '' });
    expect(ended.stdout).toContain('the request breaks at the stage signature');
    expect(ended.stdout).toContain('body-trailing-newline: the signature covers a line feed at the end of the body');
    expect(ended.stdout).toContain('received none, signed 0a');
    expect(ended.stdout).toContain('the reply is fine');
  });

  it("the last entry of a page of the sandbox's ledger, and warns that the ledger goes on", async () => {
    const entries = [
      { ...ledger, tracerId: 'T1' },
      { ...ledger, tracerId: 'T2' },
    ];
    const page = await run(['explain'], { cwd: folderWithKeys(), input: JSON.stringify({ entries, next: 2 }) });
    expect(page.stdout).toContain('note: the ledger goes on after this list');
    expect(page.stdout).toContain('note: this is entry 2 of 2, Tracer-Id T2');
    const whole = await run(['explain', '--json', '--entry', '1'], {
      cwd: folderWithKeys(),
      input: JSON.stringify({ entries }),
    });
    expect(JSON.parse(whole.stdout).notes).toEqual(['this is entry 1 of 2, Tracer-Id T1']);
  });

  it("a call of AlipayHK's at the merchant, which AlipayHK's key signs and the merchant's key does not", async () => {
    const call = { path: '/shop/points/bill/notify', body: '{"billNo":"B1"}', key: keys.gateway.privateKey };
    const sent = make(call);
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: sent.text });
    expect(ended.stdout).toContain('the request is fine');
    const wrong = make({ ...call, key: keys.merchant.privateKey });
    const other = await run(['explain'], { cwd: folderWithKeys(), input: wrong.text });
    expect(other.stdout).toContain("wrong-key: the signature was made with the merchant's key");
  });

  it('a chunked reply', async () => {
    const text = make({ ...reply, headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } }).text.toString();
    const [head, rest = ''] = text.split('\r\n\r\n');
    const half = [rest.slice(0, 20), rest.slice(20)]
      .map((each) => `${each.length.toString(16)}\r\n${each}\r\n`)
      .join('');
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: `${head}\r\n\r\n${half}0\r\n\r\n` });
    expect(ended.stdout).toContain('the reply is fine');
    expect(ended.code).toBe(0);
  });

  // Each of them would take minutes if a part of it were read once for every message.
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const chunk = `${head.length.toString(16)}\r\n`; // its data is the head of the next message
  const long: [string, string | Buffer, string][] = [
    [
      'a capture of 300000 requests',
      'POST /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n'.repeat(300_000) + changed.text,
      'the request breaks at the stage signature',
    ],
    ['a capture of 200000 replies without the end of their chunks', (head + chunk).repeat(200_000) + replied.text, ''],
    [
      'a capture of 300000 requests before 16 MB of blanks',
      'POST /x HTTP/1.1\r\nContent-Length: 0\r\n\r\n'.repeat(300_000) + changed.text + ' '.repeat(16_000_000),
      'the request breaks at the stage signature',
    ],
    ['a trace of 600000 blocks', traceOfBlocks(300_000), 'the request breaks at the stage signature'],
  ];
  it.each(long)('%s', async (_, capture, breaks) => {
    const ended = await run(['explain'], { cwd: folderWithKeys(), input: capture });
    expect(ended).toMatchObject({ code: breaks ? 5 : 0, stderr: '' });
    expect(ended.stdout).toContain(breaks || 'the reply is fine');
  });

  it.each([
    ['text that is no message', 'hello', 'not a captured message; expected raw HTTP'],
    ['JSON that is no message', '{"a":1}', 'the capture is JSON, but neither a HAR entry'],
    ['an entry that is not there', JSON.stringify({ entries: [] }), 'the capture has 0 entries'],
    ['a head without its body', curl.replace(/.*left intact/, ''), 'the capture has no body of the'],
  ])('nothing from %s, and exits with 2', async (_, input, text) => {
    const ended = await run(['explain'], { cwd: folderWithKeys(), input });
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain(`alipayhk-pass: ${text}`);
  });
});

/** What curl itself writes of a request to a server that replies with these bytes. */
async function traceOf(
  args: string[],
  sent: Made & { body: string },
  received: Buffer,
): Promise<{ cwd: string; trace: Buffer }> {
  const server = createServer((socket) => {
    socket.once('data', () => socket.end(received));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const cwd = folderWithKeys();
  writeFileSync(join(cwd, 'body.json'), sent.body);
  const [head = ''] = make(sent).text.toString().split('\r\n\r\n', 1);
  const headers = head
    .split('\r\n')
    .slice(1)
    .filter((line) => !/^(host|content-length):/i.test(line))
    .flatMap((line) => ['-H', line]);
  const curl = ['-sS', '--noproxy', '*', ...args, '--data-binary', '@body.json', ...headers, '-o', 'out'];
  await new Promise<void>((resolve, reject) => {
    const child = spawn('curl', [...curl, `http://127.0.0.1:${port}${path}`], { cwd, stdio: 'ignore' });
    child.once('error', reject).once('close', () => resolve());
  });
  return { cwd, trace: readFileSync(join(cwd, 'trace')) };
}

const chunked = ((): Buffer => {
  const [head, rest = ''] = make({ ...reply, headers: { 'Content-Length': '', 'Transfer-Encoding': 'chunked' } })
    .text.toString()
    .split('\r\n\r\n');
  return Buffer.from(`${head}\r\n\r\n${rest.length.toString(16)}\r\n${rest}\r\n0\r\n\r\n`);
})();

describe.each(runtimes)('explain on $name reads what curl writes with', (runtime) => {
  const traces: [title: string, curl: string[], body: string, args: string[], received: Buffer][] = [
    ['--trace', ['--trace', 'trace'], body, [], make(reply).text],
    ['--trace and times and a chunked reply', ['--trace', 'trace', '--trace-time'], body, [], chunked],
    [
      '--trace and a body of several lines',
      ['--trace', 'trace'],
      JSON.stringify(JSON.parse(ascii), null, 2).replace('\n', '\r\n'),
      [],
      make(reply).text,
    ],
    ['--trace-ascii', ['--trace-ascii', 'trace'], ascii, [], make(reply).text],
    [
      '--trace-ascii, the body from --body',
      ['--trace-ascii', 'trace'],
      body,
      ['--body', 'body.json'],
      make(reply).text,
    ],
  ];
  it.each(traces)('%s', async (_, curl, sent, args, received) => {
    const made = { body: sent, signed: { body: `${sent}\n` } };
    const { cwd, trace } = await traceOf(curl, made, received);
    const ended = await run(['explain', '--json', ...args], { cwd, runtime, input: trace });
    expect(ended).toMatchObject({ code: 5, stderr: '' });
    const { form, messages } = JSON.parse(ended.stdout);
    expect(form).toBe(`the output of curl ${curl[0]}`);
    const [request, response] = messages;
    expect(request.breaks).toBe('signature');
    const { causes, proof } = request.stages.find((each: { stage: string }) => each.stage === 'signature');
    expect(causes).toMatchObject([{ cause: 'body-trailing-newline' }]);
    expect(proof.firstDifference).toMatchObject({ part: 'body', received: 'none', signed: '0a' });
    expect(response).toMatchObject({ message: 'reply', breaks: null });
  });
});

it('explain says that --trace-ascii may show other bytes, where a body has dots', async () => {
  const { cwd, trace } = await traceOf(['--trace-ascii', 'trace'], { body }, make(reply).text);
  const ended = await run(['explain'], { cwd, input: trace });
  expect(ended.stdout).toContain('note: --trace-ascii shows a dot for every byte that is not printable ASCII');
  expect((await run(['explain', '--body', 'body.json'], { cwd, input: trace })).stdout).toContain(
    'the request is fine',
  );
});
