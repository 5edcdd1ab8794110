/** `import`: a file of updates of any size, sent in order per pass, and resumable after whatever ended it. */
import type { Command } from '../command.ts';
import { CommandError, type ExitCode, exitCodes, UsageError } from '../exit.ts';
import { expectWritable } from '../files.ts';
import { identify } from '../import/identity.ts';
import { Journal } from '../import/journal.ts';
import { type Defaults, toLine } from '../import/line.ts';
import { showProgress } from '../import/progress.ts';
import { writeReport } from '../import/report.ts';
import { ImportRun, mostUnknown, type Stop, type Tally } from '../import/run.ts';
import { type Format, readRecords } from '../import/source.ts';
import { gatewayTarget, outboxTarget, type Target } from '../import/target.ts';
import { readKeyText } from '../keys.ts';
import type { Input } from '../options.ts';
import { colour, print, printError, printJson } from '../output.ts';
import { clientOptions, originForToken, readClientOptions } from '../settings.ts';

export const importCommand: Command = {
  summary: 'send a file of updates, CSV or NDJSON',
  usage: 'FILE',
  positionals: [1, 1],
  options: {
    format: { help: 'csv or ndjson', value: 'FORMAT', unless: "by the file's name" },
    'merchant-id': {
      help: 'id of the merchant, for lines without merchantId',
      value: 'ID',
      env: 'MERCHANT_ID',
      config: 'merchantId',
    },
    outbox: {
      help: 'origin of an outbox that takes the updates, in place of the gateway',
      value: 'URL',
      env: 'OUTBOX_URL',
      config: 'outboxUrl',
    },
    'outbox-token': {
      help: "the outbox's token; the environment variable holds the token itself",
      value: 'FILE',
      env: 'OUTBOX_TOKEN',
      config: 'outboxTokenFile',
    },
    concurrency: {
      help: 'how many requests may be under way at once',
      value: 'NUMBER',
      config: 'concurrency',
      unless: '8',
    },
    rate: { help: 'how many requests a second at most; 0 for no bound', value: 'NUMBER', config: 'rate', unless: '50' },
    attempts: { help: 'how often a request without a clear outcome is sent at most', value: 'NUMBER', unless: '6' },
    backoff: {
      help: 'pause before the second attempt; each further one is twice as long',
      value: 'MILLISECONDS',
      unless: '500',
    },
    coalesce: { help: 'send lines of one pass that wait as one request' },
    window: { help: 'how many lines may wait, for --coalesce', value: 'NUMBER', unless: '10000' },
    journal: { help: 'where progress is kept', value: 'FILE', unless: 'FILE.journal' },
    report: {
      help: 'where lines that are not done are written, as NDJSON',
      value: 'FILE',
      unless: 'FILE.report.ndjson',
    },
    'dry-run': { help: 'check every line; send nothing' },
    ...clientOptions,
  },
  details: `NDJSON has an update on each line, as spec/openapi.yaml describes it. CSV has the names of fields in its first line:
passId, userId, endDate, dataInfo.points:number, dataInfo.level. A column that is not text ends in :number or :json; an empty
cell leaves its field out. A line without status is an UPDATE.

Lines of one pass are sent one after the other, in the order of the file. A line that is refused (F) or does not fit goes
into the report, and the import goes on. A line without a clear outcome (U, no reply) is sent again; if it still has none,
later lines of its pass are held back, so that no older state follows a newer one.

A reply that does not verify, and F with INVALID_SIGNATURE, INVALID_CLIENT, KEY_NOT_FOUND or ACCESS_DENIED, are not about a
line: keys, Client-Id, console or clock are wrong. The import then stops after what is under way. What it did not finish, it
sends when it is run again.

The journal says what became of each line before the next line of its pass is sent. After Ctrl-C, kill -9 or a full disk,
run the same command: it goes on where it was. Delete the journal to send the file once more.

Exits with 0 if every line is done, with 3 if some are refused or do not fit, also of an earlier run, with 4 if some have no clear outcome. If it
stopped: with 1 after Ctrl-C, with 3 or 5 for what is not about a line, with 2 at a line that is not CSV; the lines before
it were sent.`,
  examples: [
    ["Last night's points", 'alipayhk-pass import points.csv --merchant-id 2160400000000001'],
    ['Only check it', 'alipayhk-pass import points.ndjson --dry-run'],
    ['Through the outbox', 'OUTBOX_TOKEN=… alipayhk-pass import points.csv --outbox https://outbox.example'],
  ],
  async run(input) {
    const [path = '-'] = input.positionals;
    const format = formatOf(input, path);
    const merchantId = input.text('merchant-id');
    const defaults: Defaults = {
      status: 'UPDATE',
      updateDetailType: 'UPDATE_MEMBER_CARD',
      ...(merchantId && { merchantId }),
    };
    const identity = path === '-' ? undefined : identify(path);
    if (input.isSet('dry-run')) return checkOnly(path, format, defaults, input.isSet('json'));
    const journalPath = input.text('journal') ?? (path === '-' ? undefined : `${path}.journal`);
    if (journalPath === undefined) throw new UsageError('an import of standard input needs --journal FILE');
    const reportPath =
      input.text('report') ?? (path === '-' ? `${journalPath}.report.ndjson` : `${path}.report.ndjson`);
    expectWritable(journalPath);
    expectWritable(reportPath);
    const options = {
      concurrency: input.number('concurrency', 1) ?? 8,
      rate: input.number('rate', 0, { whole: false }) ?? 50,
      attempts: input.number('attempts', 1) ?? 6,
      backoff: input.milliseconds('backoff', 1) ?? 500,
      window: input.number('window', 1) ?? 10_000,
      coalesce: input.isSet('coalesce'),
    };
    const target = await targetOf(input);
    const head = { ...identity, target: target.name };
    const journal = await Journal.open(journalPath, head);
    const interrupt = new AbortController();
    const onSignal = (): void => {
      if (interrupt.signal.aborted) process.exit(exitCodes.failed);
      printError('alipayhk-pass: stopping after what is under way; once more to stop at once');
      interrupt.abort();
    };
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, onSignal);
    const outbox = input.setting('outbox');
    // A configuration file in the current folder may have chosen where the token goes.
    if (outbox) printError(`alipayhk-pass: sending to the outbox ${target.name}, from ${outbox.name}`);
    try {
      const id = identity?.sha256.slice(0, 32) ?? 'stdin';
      const run = new ImportRun(target, journal, id, { ...options, defaults, signal: interrupt.signal });
      const endProgress = showProgress(run.tally, identity?.size);
      const failure = await run.run(readRecords(path, format)).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      endProgress();
      // The run's own failure comes first: of a full disk the report cannot be written either.
      await writeReport(reportPath, journal).catch((error: unknown) => {
        throw failure ? failure.error : error;
      });
      if (failure) throw failure.error;
      return finish(run.tally, run.stop, target, reportPath, input.isSet('json'));
    } finally {
      for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
      journal.close();
    }
  },
};

function formatOf(input: Input, path: string): Format {
  const format = input.choice('format', ['csv', 'ndjson']);
  if (format) return format;
  if (/\.csv$/i.test(path)) return 'csv';
  if (/\.(ndjson|jsonl)$/i.test(path)) return 'ndjson';
  throw new UsageError('the format is not known by the name of the file; expected --format csv or --format ndjson');
}

async function targetOf(input: Input): Promise<Target> {
  if (input.setting('outbox') === undefined) return gatewayTarget(await readClientOptions(input));
  const origin = originForToken(input, 'outbox');
  const token = readKeyText(input, 'outbox-token')?.text.trim();
  if (!token) throw new UsageError(input.missing('outbox-token'));
  return outboxTarget(origin, token, input.milliseconds('timeout', 1));
}

async function checkOnly(path: string, format: Format, defaults: Defaults, json: boolean): Promise<ExitCode> {
  let [valid, invalid] = [0, 0];
  for await (const record of readRecords(path, format)) {
    const line = toLine(record, defaults);
    if (!('problem' in line)) valid++;
    else {
      invalid++;
      if (json) printJson({ line: record.line, outcome: 'invalid', message: line.problem });
      else print(`line ${record.line} ${line.problem}`);
    }
  }
  if (json) printJson({ valid, invalid });
  else print(`${valid} lines fit, ${invalid} do not`);
  return invalid > 0 ? exitCodes.refused : exitCodes.done;
}

function finish(tally: Tally, stop: Stop | undefined, target: Target, report: string, json: boolean): ExitCode {
  const { read, bytes, ...counts } = tally;
  const { done, refused, invalid, unknown, doneBefore, refusedBefore, invalidBefore } = counts;
  const before = { 'done before': doneBefore, 'refused before': refusedBefore, 'invalid before': invalidBefore };
  const notDone = refused + invalid + refusedBefore + invalidBefore;
  if (json) printJson({ ...counts, report, ...(stop && { stopped: stop.reason }) });
  else {
    const named = Object.entries({ refused, invalid, unknown, ...before }).filter(([, count]) => count > 0);
    print([`${colour('green', `${done} done`)}`, ...named.map(([name, count]) => `${count} ${name}`)].join(', '));
    if (notDone + unknown > 0) print(`why: ${report}`);
  }
  if (stop) throw stopError(stop, target);
  if (unknown > 0) return exitCodes.unknown;
  return notDone > 0 ? exitCodes.refused : exitCodes.done;
}

/** One line: what happened and where, what it means for the other lines, what to do. */
function stopError(stop: Stop, { check }: Target): CommandError {
  if (stop.reason === 'signal')
    return new CommandError('stopped; run the same command again to go on', exitCodes.failed);
  const { message, code, tracerId } = stop.reply;
  const where = `line ${stop.line}${tracerId ? `, Tracer-Id ${tracerId}` : ''}`;
  const happened = `${message || code} (${where})`;
  if (stop.reason === 'unreachable') {
    const text = `${happened}; the last ${mostUnknown} requests have no clear outcome; run the same command again to go on`;
    return new CommandError(text, exitCodes.unknown);
  }
  return new CommandError(
    `${happened}; nothing more was sent, because every line would get this; ${check}, then run the same command again to go on`,
    stop.reason === 'refused' ? exitCodes.refused : exitCodes.security,
  );
}
