/** `explain`: at which stage a captured message breaks, why, and what proves it. */
import { parseTime } from '@alipayhk-pass/message-security';
import { readCapture } from '../capture/capture.ts';
import { type Capture, headerOf, type Message } from '../capture/message.ts';
import type { Command } from '../command.ts';
import { type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { explain as explainMessage, type Knowledge } from '../explain/explain.ts';
import { breakOf, type Explanation } from '../explain/explanation.ts';
import { isWebhook } from '../explain/head-stages.ts';
import { type End, knownKeyOptions, readKnownKeys, unpaired } from '../explain/known-keys.ts';
import { inWords } from '../explain/words.ts';
import { readInput } from '../files.ts';
import { targetOptions } from '../message-options.ts';
import type { Input } from '../options.ts';
import { print, printJson } from '../output.ts';
import { clientIdOption, encryptionOptions, suiteOf, suiteProfileOption, updatePassPath } from '../settings.ts';

export const explain: Command = {
  summary: 'find out at which stage a captured message breaks, and why',
  usage: '[FILE]',
  positionals: [0, 1],
  options: {
    ...clientIdOption,
    ...knownKeyOptions,
    body: { help: 'the body on the wire, where the capture has none, as what curl -v prints', value: 'FILE' },
    plain: { help: 'the body as your program had it, before it was encrypted or sent', value: 'FILE' },
    prefix: { help: 'a prefix of the path that a proxy may add or remove', value: 'PATH', multiple: true },
    'other-client-id': { help: 'a Client-Id that may have been used by mistake', value: 'ID', multiple: true },
    path: { ...targetOptions.path, help: 'path and query of the request, for a reply that is captured without it' },
    entry: { help: 'which entry of a HAR file or a ledger, from 1', value: 'NUMBER', unless: 'the last' },
    from: { help: 'who sent the request: merchant or gateway', value: 'END', unless: 'by the path' },
    now: {
      help: 'judge times as if it were this moment, in ISO 8601',
      value: 'TIME',
      unless: 'when the ledger received the request, or the Date header of the reply',
    },
    tolerance: { help: 'how far a time may be off, in seconds', value: 'SECONDS', unless: '300' },
    content: encryptionOptions.content,
    'key-transport': encryptionOptions['key-transport'],
    ...suiteProfileOption,
  },
  details: `FILE, or standard input, holds a request, a reply, or both: HTTP as it was on the wire, what curl -v, --trace or
--trace-ascii prints, an entry of a HAR file, a line of the sandbox's ledger, or what seal --json prints. Capture a message
where it is received: a reply at the merchant, a request behind every proxy, as in the sandbox's ledger. Captured before a
proxy that changes it, it looks fine.

It goes through the stages of opening a message. If the signature does not verify, it looks for the key that made it among
those given, and then for the content that it covers, in some thousand variants: wrong keys, bodies written anew, line ends,
byte-order marks, charsets, other paths, times and Client-Ids, other algorithms, one or two of them at once. The variant
under which the signature verifies is the proof; the first byte that differs is shown.

An RSA signature shows by itself which key made it. An ECC224 signature does not, so key and content are found together or
not at all. What an end signs has to verify with its public key, where both of its keys are given; a note says if the two
are not a pair.

Exits with 0 for a message that is fine, with 5 where headers, signature, time or decryption break, with 3 for a result F,
with 4 for a result U or an HTTP status other than 200, with 1 for anything else. What it found is on standard output.`,
  examples: [
    ['A request of another program', 'alipayhk-pass explain --private-key merchant-private-key.pem request.http'],
    ['A HAR file, second entry', 'alipayhk-pass explain --entry 2 --public-key alipayhk.pem traffic.har'],
    ['Every byte that curl sent', 'curl --trace - … | alipayhk-pass explain'],
    ['The body was in a file', 'curl -v --data-binary @body.json … 2>&1 | alipayhk-pass explain --body body.json'],
  ],
  async run(input) {
    const entry = input.number('entry', 1);
    const capture = readCapture(readInput(input.positionals[0] ?? '-', 'the capture'), entry);
    const explanations = await explainCapture(capture, input);
    const { form, notes } = capture;
    if (input.isSet('json')) {
      const messages = explanations.map((each) => ({ ...each, breaks: breakOf(each)?.stage ?? null }));
      printJson({ form, notes, messages });
    } else {
      const skipped = notes.map((note) => `note: ${note}`);
      print([...skipped, ...explanations.map((each) => inWords(each, form))].join('\n\n'));
    }
    return exitCodeOf(explanations);
  },
};

async function explainCapture({ request, reply, receivedAt, notes }: Capture, input: Input): Promise<Explanation[]> {
  const keys = await readKnownKeys(input);
  const fileOf = (option: string) => {
    const path = input.text(option);
    return path === undefined ? undefined : readInput(path, `--${option}`);
  };
  const body = fileOf('body');
  const now = input.text('now');
  const given = now === undefined ? undefined : parseTime(now);
  if (now !== undefined && given === undefined) throw new UsageError('--now must be ISO 8601 with a zone');
  const date = Date.parse((reply && headerOf(reply, 'Date')) ?? '');
  const byDate = Number.isNaN(date) ? undefined : { instant: date, words: "the gateway's Date" };
  const moment =
    given !== undefined
      ? { instant: given, words: '--now' }
      : receivedAt !== undefined
        ? { instant: receivedAt, words: 'the time at which the sandbox received the request' }
        : undefined;
  const requestTime = request && headerOf(request, 'Request-Time');
  const tolerance = input.number('tolerance', 1) ?? 300;
  const shared: Omit<Knowledge, 'clocks' | 'isRequestFine'> = {
    keys,
    clientId: input.text('client-id'),
    clientIds: input.all('other-client-id'),
    prefixes: input.all('prefix'),
    plain: fileOf('plain'),
    suite: { content: 'AES-ECB', keyTransport: 'RSAES-PKCS1-v1_5', ...suiteOf(input) },
  };
  const target = request ?? { method: 'POST', httpUri: input.text('path') ?? updatePassPath };
  const from: End =
    input.choice('from', ['merchant', 'gateway']) ?? (isWebhook(target.httpUri) ? 'gateway' : 'merchant');
  const explanations: Explanation[] = [];
  for (const each of [request, reply]) {
    if (each === undefined) continue;
    const isRequest = each.kind === 'request';
    const own = isRequest || !request ? body : undefined;
    const wire = each.lossy && own ? own : (each.body ?? own);
    if (wire === undefined) {
      notes.push(`the capture has no body of the ${each.kind}${isRequest ? '; give it with --body FILE' : ''}`);
      continue;
    }
    const message: Message = { ...each, body: wire };
    const sender: End = isRequest === (from === 'merchant') ? 'merchant' : 'gateway';
    const clocks = {
      tolerance,
      requestTime: isRequest ? undefined : requestTime,
      reference: moment ?? (isRequest ? byDate : undefined), // a reply says nothing about its own Date
    };
    const signed = { method: isRequest ? target.method : 'POST', httpUri: target.httpUri };
    const isRequestFine = !isRequest && from === 'merchant' && explanations.some(isFine);
    explanations.push(await explainMessage(message, sender, signed, { ...shared, clocks, isRequestFine }));
  }
  if (explanations.length === 0) throw new UsageError(notes.at(-1) ?? 'the capture holds no message');
  notes.push(...unpaired(keys));
  return explanations;
}

/** Nothing breaks, and the signature was there to be verified. */
const isFine = (explanation: Explanation): boolean =>
  breakOf(explanation) === undefined &&
  explanation.stages.some(({ stage, verdict }) => stage === 'signature' && verdict === 'passed');

function exitCodeOf(explanations: Explanation[]): ExitCode {
  const [first] = explanations.flatMap((each) => breakOf(each) ?? []);
  if (first === undefined) return exitCodes.done;
  if (first.stage === 'result') return first.causes?.[0]?.cause === 'refused' ? exitCodes.refused : exitCodes.unknown;
  if (first.stage === 'status') return exitCodes.unknown; // as of a command that gets such a reply
  const isSecurity = ['client', 'headers', 'signature', 'time', 'decryption'].includes(first.stage);
  return isSecurity ? exitCodes.security : exitCodes.failed;
}
