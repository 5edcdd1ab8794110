/**
 * A terminal for the README: runs the built command for real, in a folder of its own, and draws what it prints as an SVG
 * whose lines appear one after the other.
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pieces } from '../src/text.ts';

const binary = join(import.meta.dirname, '../dist/alipayhk-pass.js');
const { PATH, HOME } = process.env;
const env = { PATH, HOME, NO_COLOR: '1' };
const columns = 124;

/** What was typed and what it printed. */
interface Step {
  typed: string;
  printed: string[];
}

/** The committed one. */
export const recordingPath = join(import.meta.dirname, 'first-day.svg');

/** Records it anew. */
export async function drawRecording(): Promise<string> {
  const cwd = mkdtempSync(join(tmpdir(), 'recording-'));
  try {
    return draw(await record(cwd));
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

const runIn = (cwd: string, args: string[], input = ''): Promise<string[]> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [binary, ...args], { cwd, env }, (_, stdout, stderr) =>
      resolve(`${stdout}${stderr}`.trimEnd().split('\n')),
    );
    child.stdin?.end(input);
  });

async function record(cwd: string): Promise<Step[]> {
  const run = (args: string[], input?: string) => runIn(cwd, args, input);
  const sandbox = spawn(process.execPath, [binary, 'sandbox', '--port', '0', '--memory', '--json'], {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const line = await new Promise<string>((resolve) =>
      createInterface({ input: sandbox.stdout }).once('line', resolve),
    );
    const { url, clientId, merchantId, userId, passId, privateKey, publicKey } = JSON.parse(line);
    const config = { gatewayUrl: url, clientId, merchantId, privateKeyFile: privateKey, publicKeyFile: publicKey };
    writeFileSync(join(cwd, 'alipayhk-pass.config.json'), JSON.stringify(config));
    const update = ['update', '--pass-id', passId, '--user-id', userId, '--data', 'points:=880', '--encrypt'];
    const fields = { merchantId, userId, passId, status: 'UPDATE', updateDetailType: 'UPDATE_MEMBER_CARD' };
    const sealed = await run(['seal'], JSON.stringify(fields));
    const changed = sealed
      .join('\n')
      .replace('{"', '{ "')
      .replace(/Content-Length: \d+\r?\n/, '');
    writeFileSync(join(cwd, 'request.http'), changed);
    const local = (lines: string[]): string[] => lines.map((each) => each.replaceAll(url, 'http://127.0.0.1:8787'));
    return [
      { typed: 'npx alipayhk-pass sandbox &', printed: ['open       http://127.0.0.1:8787'] },
      { typed: 'npx alipayhk-pass doctor', printed: local(await run(['doctor'])) },
      { typed: `npx alipayhk-pass ${update.join(' ')}`, printed: local(await run(update)) },
      { typed: 'npx alipayhk-pass explain request.http', printed: local(await run(['explain', 'request.http'])) },
    ];
  } finally {
    sandbox.kill();
  }
}

function draw(steps: Step[]): string {
  const lines = steps.flatMap(({ typed, printed }) => [
    { text: `$ ${typed}`, typed: true, pause: 1.2 },
    ...printed.flatMap(fold).map((text) => ({ text, typed: false, pause: 0.12 })),
    { text: '', typed: false, pause: 0.8 },
  ]);
  const height = 24 + lines.length * 18;
  let at = 0;
  const rows = lines.map(({ text, typed, pause }, index) => {
    at += pause;
    const shown = `animation-delay:${at.toFixed(2)}s`;
    return `<text x="16" y="${30 + index * 18}" class="${typed ? 'typed' : kindOf(text)}" style="${shown}" xml:space="preserve">${escapeXml(text)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${columns * 7.9 + 32}" height="${height}" role="img" aria-label="A terminal: the sandbox, doctor, an update, and explain">
<style>
text { font: 13px ui-monospace, Menlo, Consolas, monospace; fill: #d0d7de; animation: appear 0.01s both }
.typed { fill: #fff; font-weight: bold } .good { fill: #56d364 } .bad { fill: #ff7b72 }
@keyframes appear { from { opacity: 0 } to { opacity: 1 } }
@media (prefers-reduced-motion: reduce) { text { animation: none } }
</style>
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
${rows.join('\n')}
</svg>
`;
}

const fold = (text: string): string[] => (text === '' ? [''] : pieces(text, columns));
const kindOf = (text: string): string =>
  /\bfine\b|^done|passed/.test(text) ? 'good' : /failed|breaks|problem/.test(text) ? 'bad' : 'plain';
const escapeXml = (text: string): string =>
  text.replace(/[&<>]/g, (each) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[each] ?? each);
