/** What a benchmark prints, and RESULTS.md. */
import { machine, median, quantile, table } from '@alipayhk-pass/harness/report';
import type { EndToEnd } from './end-to-end.ts';
import type { Settings } from './measure.ts';
import { baseline, endToEndTargets, type Run, ratios, sampleOf, type Times, targets } from './targets.ts';

/** In the order of the tables; each is held against the baseline. */
const columns = ['raw', 'ours', 'ours, node-crypto', 'noble', 'node-forge'];

/** Medians in milliseconds, and how many times as long as the baseline each contender takes, with quartiles. */
export function timesTable(times: Times): string {
  const rows = [['job', `${baseline}, ms`, ...columns, 'ours ÷ raw']];
  for (const job of Object.keys(times)) {
    const base = sampleOf(times, job, baseline);
    rows.push([
      job,
      milliseconds(base),
      ...columns.map((column) => ratio(sampleOf(times, job, column), base)),
      ratio(sampleOf(times, job, 'ours'), sampleOf(times, job, 'raw')),
    ]);
  }
  return table(rows);
}

function ratio(sample: number[], base: number[]): string {
  const each = ratios(sample, base);
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => rounded(quantile(each, part)));
  return `${middle} (${low}–${high})`;
}

const rounded = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0));

function milliseconds(sample: number[]): string {
  const value = median(sample);
  return value.toFixed(value < 10 ? 3 : 1);
}

/** Every target in every runtime. */
export function targetsTable(runs: Run[], endToEnd: EndToEnd): string {
  return judged(runs, endToEnd).targets;
}

/** What docs/performance.md shows of a run, by the name in its pair of comments there. */
export function figuresForPage(runs: Run[], endToEnd: EndToEnd): Record<string, string> {
  const workerd = runs.find(({ name }) => name === 'workerd');
  if (workerd === undefined) throw new Error('workerd was not run');
  return {
    workerd: `${legend}

${timesTable(workerd.times)}

${picture('../apps/benchmarks/')}`,
    targets: targetsTable(runs, endToEnd),
  };
}

const legend =
  'The first column is the baseline, `node:crypto` by hand, in milliseconds, for keys of 2048 bits. The others say how many times as long as it they take: the median of the ratios, and their quartiles. *Raw* is the sum of the Web Crypto calls and big-integer loops that the job cannot do without.';

const picture = (folder: string): string => `<picture>
  <source media="(prefers-color-scheme: dark)" srcset="${folder}results-dark.svg">
  <img alt="How many times as long as node:crypto by hand each way takes, by runtime and job" src="${folder}results-light.svg">
</picture>`;

/** The targets, and why the missed ones are missed. */
function judged(runs: Run[], endToEnd: EndToEnd): { targets: string; reasons: string } {
  const missed: string[] = [];
  const rows = targets.map(({ title, reason, judge }) => {
    const verdicts = runs.map((run) => judge(run));
    const where = runs.filter((_, index) => verdicts[index]?.met === false).map(({ name }) => name);
    if (where.length > 0) missed.push(`- ${title} (${where.join(', ')})${reason ? `: ${reason}` : '.'}`);
    return [title, ...verdicts.map((verdict) => verdict && `${verdict.figure} ${verdict.met ? 'met' : 'missed'}`)];
  });
  for (const { by, most, reason } of endToEndTargets) {
    const title = `an update end to end, ${by}: at most ${most} of a bare Worker`;
    const figure = median(ratios(endToEnd[by], endToEnd.bare));
    const met = figure <= most;
    if (!met) missed.push(`- ${title}: ${reason}`);
    const verdict = `${figure.toFixed(2)} ${met ? 'met' : 'missed'}`;
    rows.push([title, ...runs.map(({ name }) => (name === 'workerd' ? verdict : undefined))]);
  }
  const cells = rows.map((row) => row.map((cell) => cell ?? ''));
  const reasons = missed.length === 0 ? 'None is missed.' : `Missed:\n\n${missed.join('\n')}`;
  return { targets: table([['target', ...runs.map(({ name }) => name)], ...cells]), reasons };
}

/** What an update costs, through to its reply. */
export function endToEndTable(endToEnd: EndToEnd): string {
  return table([
    ['an update in workerd', 'ms', 'of a bare Worker (quartiles)'],
    ...Object.entries(endToEnd).map(([by, sample]) => [by, milliseconds(sample), ratio(sample, endToEnd.bare)]),
  ]);
}

/** The time that is left without the crypto calls, in microseconds. */
function withoutCrypto(runs: Run[]): string {
  const jobs = Object.keys(runs[0]?.times ?? {});
  return table([
    ['µs', ...runs.map(({ name }) => name)],
    ...jobs.map((job) => [
      job,
      ...runs.map(({ times }) => (median(sampleOf(times, job, 'no crypto')) * 1000).toFixed(1)),
    ]),
  ]);
}

/** RESULTS.md. */
export function formatReport(runs: Run[], endToEnd: EndToEnd, { rounds, batch }: Settings): string {
  const { targets: judgements, reasons } = judged(runs, endToEnd);
  return `# What a message costs

\`npx -y pnpm@12.21.0 bench\` wrote this: ${machine()}.

${picture('')}

## Targets

${judgements}

${reasons}

## Times

The baseline, \`node:crypto\` by hand, in milliseconds; of the others, how many times as long as it they take: the median of the
ratios, and their quartiles.

${runs.map(({ name, version, times }) => `### ${name} ${version}\n\n${timesTable(times)}`).join('\n\n')}

### Through to the reply

${endToEndTable(endToEnd)}

### Outside crypto calls

${withoutCrypto(runs)}

## What is compared

Keys are RSA-2048. Each job is done for an update of 640 bytes, seal and open also for one of 64 KB (65,536 bytes).
After the first message no message imports an RSA key: counted in every run, in every runtime.

- **ours**: \`sign\`, \`verify\`, \`sealRequest\` and \`openResponse\` of message-security as it is built, \`Request\` and
  \`Response\` in and out, with every check that they make. **ours, node-crypto**: the same with \`nodeCrypto\` of
  @alipayhk-pass/node-crypto as the option \`crypto\`.
- **${baseline}**, the baseline, **noble** (@noble/ciphers for AES-ECB, micro-rsa-dsa-dh for RSAES, Web Crypto for signatures) and
  **node-forge** do the same job behind the same small message code (\`src/contenders/by-hand.ts\`), which checks less than
  ours. Before anything is timed each one's messages are opened by ours, and the reverse. Bun's \`node:crypto\` refuses to
  decrypt RSAES-PKCS1-v1_5: there the baseline cuts the padding of the bare operation off, unchecked.
- **raw**, for sign and verify: the one \`subtle\` call with the same key, its argument ready.
- **raw**, for seal: \`getRandomValues\` for key and padding, \`importKey\` of the AES key, one \`AES-CBC\` encryption a block
  with 256 in flight or, from 2 KB on where there is one, a call of \`AES-OCB\` and three blocks of \`AES-CBC\`, m^65537 mod n as
  a bare BigInt loop, and the \`subtle.sign\`.
- **raw**, for open: the \`subtle.verify\`, the two half-size private exponentiations as bare BigInt loops with windows of
  5 bits and their recombination, the HMAC calls of implicit rejection (three, and one \`importKey\`), and for AES
  \`importKey\`, one encryption and one decryption.
- Not in raw: base64, headers, \`Request\` and \`Response\`, XOR and padding, numbers from bytes and back, blinding, the
  check against faults, the choice between message and substitute.
- **Outside crypto calls**: ours with a Crypto that gives again what it gave for the same message before.
- **Through to the reply**: a Worker that updates a card, by \`createClient\` of api from the object to the checked result,
  and one that signs, posts and parses the reply. The gateway's replies are sealed before.

## How it is measured

One file, \`src/worker.ts\`, bundled once, runs unchanged in every runtime as a server on loopback: it does a job as often as
a request asks for. The clock is the driver's, in Node: workerd's own stands still while a script computes, and so all
runtimes are timed alike, from outside. A request holds about ${batch} ms of work after a warm-up; before each goes one that does
nothing, and the median of those is taken off. ${rounds} rounds go through all contenders of a job, forwards and backwards in
turn. Times are medians over the rounds; a ratio is the median of the ratios within each round, so that what slowed a
round down slowed both.
`;
}
