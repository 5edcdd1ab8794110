/** What a benchmark prints, and RESULTS.md. */
import { machine, median, quantile, table } from '@alipayhk-pass/harness/report';
import { ratios, type Sample, type Times, targets } from './targets.ts';

/** One runtime's times. */
export interface Run {
  name: string;
  version: string;
  times: Times;
}

const peers = ['node:crypto', 'noble', 'node-forge'];

/** Medians in milliseconds, and ours over raw with its quartiles. */
export function timesTable(times: Times): string {
  const rows = [['ms', 'raw', 'ours', 'ours ÷ raw (quartiles)', ...peers]];
  for (const [job, { raw, ours, ...others }] of Object.entries(times)) {
    if (!Array.isArray(raw) || !Array.isArray(ours)) throw new Error(`${job}: expected times of raw and ours`);
    const ratio = ratios(ours, raw);
    const [low, high] = [quantile(ratio, 0.25), quantile(ratio, 0.75)];
    rows.push([
      job,
      milliseconds(raw),
      milliseconds(ours),
      `${median(ratio).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`,
      ...peers.map((peer) => milliseconds(others[peer] ?? '')),
    ]);
  }
  return table(rows);
}

function milliseconds(sample: Sample): string {
  if (typeof sample === 'string') return 'refused';
  const value = median(sample);
  return value.toFixed(value < 10 ? 3 : 1);
}

/** Every target in every runtime. */
export function targetsTable(runs: Run[]): string {
  return table([
    ['target', ...runs.map(({ name }) => name)],
    ...targets.map(({ title, measure }) => [
      title,
      ...runs.map(({ times }) => {
        const [figure, met] = measure(times);
        return `${figure.toFixed(2)} ${met ? 'met' : 'missed'}`;
      }),
    ]),
  ]);
}

/** What stands behind a target that is missed; it goes with the figures of the day, which may differ. */
const reasons = `## Why some are missed

- verify: what is not the raw call is the header's grammar, percent-decoding and the content to be signed, 10 to 40 µs
  whatever the runtime; raw verify takes 20 to 100 µs, so the ratio says more about it than about them.
- seal 640 B in workerd: 0.19 ms for the body's stream, headers and 41 calls for 41 blocks, beside 0.85 ms of raw calls.
- open 64 KB: base64 is checked before it is decoded, the body is read as a stream within a limit and looked at as UTF-8:
  1 ms for 87 KB of wire beside 2 to 4 ms of decryption.
- Times as fast as the peer by noble: it does no CRT, no blinding, no check of the result and no implicit rejection, and
  still takes 2.5 to 3.2 times as long; in Deno the raw calls alone are only 3.1 times as fast as it. Its AES is JavaScript, which for 64 KB beats Web Crypto's calls.`;

/** RESULTS.md. */
export function formatReport(runs: Run[], { rounds, batch }: { rounds: number; batch: number }): string {
  return `# What a message costs

\`npx -y pnpm@12.21.0 bench\` wrote this: ${machine()}.

${targetsTable(runs)}

${reasons}

${runs.map(({ name, version, times }) => `## ${name} ${version}\n\n${timesTable(times)}`).join('\n\n')}

${refusals(runs)}

## What is compared

Keys are RSA-2048. Each job is done for an update of 640 bytes, seal and open also for one of 64 KB (65,536 bytes).
A second message with the same keys imports no RSA key: counted in every run, in every runtime.

- **ours**: \`sign\`, \`verify\`, \`sealRequest\` and \`openResponse\` of message-security as it is built, \`Request\` and
  \`Response\` in and out, with every check that they make.
- **raw**, for sign and verify: the one \`subtle\` call with the same key, its argument ready.
- **raw**, for seal: \`getRandomValues\` for key and padding, \`importKey\` of the AES key, one \`AES-CBC\` encryption a block
  (41 and 4,097) with 256 in flight, m^65537 mod n as a bare BigInt loop, and the \`subtle.sign\`.
- **raw**, for open: the \`subtle.verify\`, the two half-size private exponentiations as bare BigInt loops with windows of
  5 bits and their recombination, the HMAC calls of implicit rejection (18, and one \`importKey\`), and for AES
  \`importKey\`, one encryption and one decryption.
- Not in raw: base64, headers, \`Request\` and \`Response\`, XOR and padding, numbers from bytes and back, blinding, the
  check against faults, the choice between message and substitute.
- **node:crypto**, **noble** (@noble/ciphers for AES-ECB, micro-rsa-dsa-dh for RSAES, Web Crypto for signatures) and
  **node-forge** do the same job behind the same small message code (\`src/contenders/by-hand.ts\`), which checks less than
  ours. Before anything is timed each one's messages are opened by ours, and the reverse.

## How it is measured

One file, \`src/worker.ts\`, bundled once, runs unchanged in every runtime as a server on loopback: it does a job as often as
a request asks for. The clock is the driver's, on ${'Node'}: workerd's own stands still while a script computes, and so all
runtimes are timed alike, from outside. A request holds about ${batch} ms of work after a warm-up; before each goes one that does
nothing, and the median of those is taken off. ${rounds} rounds go through all contenders of a job, forwards and backwards in
turn. Times are medians over the rounds; a ratio is the median of the ratios within each round, so that what slowed a
round down slowed both.
`;
}

/** What a peer refused, and why. */
function refusals(runs: Run[]): string {
  const reasons = runs.flatMap(({ name, times }) =>
    Object.entries(times).flatMap(([job, samples]) =>
      Object.entries(samples).flatMap(([by, sample]) =>
        typeof sample === 'string' ? `Refused: ${name}, ${by}, ${job}: ${sample}` : [],
      ),
    ),
  );
  return reasons.join('\n\n');
}
