/** `trigger`: the calls that AlipayHK makes to a merchant, made here with the caller's own data and a key of a test gateway. */
import { isMessageError } from '@alipayhk-pass/api';
import { createNotifier, type NotifierOptions } from '@alipayhk-pass/api/gateway';
import type { Command } from '../command.ts';
import { type ExitCode, exitCodes, reportError, UsageError } from '../exit.ts';
import { knownKeyOptions } from '../explain/known-keys.ts';
import { readFields, readObject } from '../fields.ts';
import { readDecryptionKey, readEncryptionKey, readPrivateKey, readPublicKey } from '../keys.ts';
import type { Input } from '../options.ts';
import { colour, print, printJson } from '../output.ts';
import { clientIdOption, encryptionOf, encryptionOptions, gatewayOptions, originOf, zoneOption } from '../settings.ts';

/** After how many seconds AlipayHK repeats a bill whose reply is not S; from the reply before. */
const timetable = [120, 600, 600, 3600, 7200, 21_600, 54_000];

/** One call and its reply. */
interface Attempt {
  /** In seconds of AlipayHK's timetable. */
  at: number;
  reply?: object;
  error?: { code: string; message: string };
  exitCode: ExitCode;
}

export const trigger: Command = {
  summary: 'call a merchant as AlipayHK does',
  usage: 'bill|membercard [FILE]',
  positionals: [1, 2],
  options: {
    to: { help: "origin of the merchant's server", value: 'URL', env: 'MERCHANT_URL', config: 'merchantUrl' },
    tag: {
      help: "the merchant's part of the path: /TAG/points/…",
      value: 'TAG',
      env: 'MERCHANT_TAG',
      config: 'merchantTag',
    },
    prefix: { help: 'what stands before the tag in the path', value: 'PATH', config: 'signedPrefix' },
    ...clientIdOption,
    'gateway-private-key': {
      ...knownKeyOptions['gateway-private-key'],
      help: "the key that signs in place of AlipayHK's; the environment variable holds the key itself",
    },
    'own-public-key': {
      help: "the merchant's public key",
      value: 'FILE',
      env: 'MERCHANT_PUBLIC_KEY',
      config: 'ownPublicKeyFile',
    },
    ...encryptionOptions,
    'encryption-key': {
      help: "the merchant's RSA key, where --own-public-key is an ECC224 key",
      value: 'FILE',
      unless: 'that of --own-public-key',
    },
    'decryption-key': {
      help: 'the RSA key that decrypts replies, where --gateway-private-key is an ECC224 key',
      value: 'FILE',
      unless: 'that of --gateway-private-key',
    },
    ...zoneOption,
    timeout: gatewayOptions.timeout,
    'key-version': { help: 'version of the key that signs', value: 'VERSION' },
    'user-id': { help: 'the member', value: 'ID', unless: 'that of the sandbox, 2160220000000001' },
    data: { help: 'another field: NAME=TEXT, or NAME:=JSON', value: 'FIELD', multiple: true },
    repeat: { help: "go on by AlipayHK's timetable until the reply is S or F: 7 more calls in about a day" },
    always: { help: 'with --repeat: make every call, whatever the replies are' },
    speed: { help: 'how many times faster the timetable runs', value: 'FACTOR', unless: '3600' },
  },
  details: `The call is signed with a test key in place of AlipayHK's: that of the sandbox, or one that keygen made. The merchant's
server must have its public half in place of AlipayHK's. FILE, or standard input with -, holds the body in JSON; flags replace
its fields. What the contract requires and is missing is filled in: a member, of a bill its number, amount and time, of a
membercard a mobileNo unless there is a mobileNo or userEmail. A body that does not fit the contract is sent too: a merchant
has to refuse it.

Exits with the reply: 0 for S, 3 for F and for HTTP 4xx, with which a merchant refuses what does not verify, 4 for U or none,
5 for a reply that does not verify. The reason is at the merchant, in its onRefusal: for HTTP 400, 401 or 404, and for HTTP
200 with F PARAM_ILLEGAL, which is a body that does not decrypt or does not fit the contract.`,
  examples: [
    ['A bill', 'alipayhk-pass trigger bill --to http://127.0.0.1:8788 --tag shop --user-id 2160220000000001'],
    [
      'The same bill eight times: points must be granted once',
      'alipayhk-pass trigger bill --data billNo=B1 --repeat --always --speed 86400 …',
    ],
    ['A new member', 'alipayhk-pass trigger membercard --user-id U1 --data userEmail=customer@example.com'],
  ],
  async run(input) {
    const [what, path] = input.positionals;
    if (what !== 'bill' && what !== 'membercard')
      throw new UsageError(`unknown call ${JSON.stringify(what)}; expected bill or membercard`);
    const missing = needed.flatMap((name) => (input.setting(name) === undefined ? [input.missing(name)] : []));
    if (missing.length > 0) throw new UsageError(missing.join('; '));
    const body = bodyOf(input, what, path);
    const notifier = createNotifier(await readOptions(input));
    const call = (): Promise<object> =>
      what === 'bill' ? notifier.notifyBill(body as never) : notifier.createMembercard(body as never);
    const attempts = await makeCalls(call, input);
    if (input.isSet('json')) printJson({ body, attempts });
    return attempts.at(-1)?.exitCode ?? exitCodes.failed;
  },
};

/** Checked together, so that one error names every setting that is missing. */
const needed = ['to', 'tag', 'client-id', 'gateway-private-key', 'own-public-key'];

async function readOptions(input: Input): Promise<NotifierOptions> {
  const encryption = encryptionOf(input);
  return {
    baseUrl: originOf(input, input.required('to'), 'to'),
    tag: input.required('tag'),
    signedPrefix: input.text('prefix'),
    clientId: input.required('client-id'),
    privateKey: await readPrivateKey(input, 'gateway-private-key'),
    publicKey: await readPublicKey(input, 'own-public-key'),
    zone: input.text('zone'),
    timeout: input.milliseconds('timeout', 1),
    ...(encryption && {
      encryption,
      ...(await readEncryptionKey(input, 'own-public-key')),
      ...(await readDecryptionKey(input, 'gateway-private-key')),
    }),
    ...(input.text('encrypted-content-type') && { encryptedContentType: input.text('encrypted-content-type') }),
  };
}

function bodyOf(input: Input, what: 'bill' | 'membercard', path: string | undefined): Record<string, unknown> {
  const given = path === undefined ? {} : readObject(path, 'the body');
  const userId = input.text('user-id');
  const flags = { ...(userId && { userId }), ...readFields(input, 'data') };
  const member = { userId: '2160220000000001' };
  if (what === 'membercard') {
    const isReachable = ['mobileNo', 'userEmail'].some((name) => name in given || name in flags);
    return { ...member, ...(!isReachable && { mobileNo: '85290000000' }), ...given, ...flags };
  }
  const defaults = {
    billNo: `${Date.now()}${Math.floor(Math.random() * 1e6)}`,
    orderAmount: { currency: 'HKD', value: '10000' },
    payTime: new Date(Date.now() + 8 * 3_600_000).toISOString().replace(/\.\d+Z$/, '+08:00'),
    pointsProvider: 'ALIPAYHK',
  };
  return { ...member, ...defaults, ...given, ...flags };
}

async function makeCalls(call: () => Promise<object>, input: Input): Promise<Attempt[]> {
  const speed = input.number('speed', 1, { whole: false }) ?? 3600;
  const pauses = input.isSet('repeat') ? timetable : [];
  const attempts: Attempt[] = [];
  let at = 0;
  for (const pause of [0, ...pauses]) {
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, (pause * 1000) / speed));
    at += pause;
    const attempt = await attemptOf(call, at);
    attempts.push(attempt);
    if (!input.isSet('json')) print(lineOf(attempt));
    // AlipayHK takes only a signed S or F for an end, not an HTTP status.
    const isFinal = attempt.exitCode === exitCodes.done || attempt.exitCode === exitCodes.refused;
    if (attempt.reply && isFinal && !input.isSet('always')) break;
  }
  return attempts;
}

async function attemptOf(call: () => Promise<object>, at: number): Promise<Attempt> {
  try {
    const reply = await call();
    const { resultStatus } = (reply as { resultInfo: { resultStatus: 'S' | 'F' | 'U' } }).resultInfo;
    const codes = { S: exitCodes.done, F: exitCodes.refused, U: exitCodes.unknown };
    return { at, reply, exitCode: codes[resultStatus] };
  } catch (error) {
    const { exitCode, error: report } = reportError(error);
    const status = isMessageError(error) && error.code === 'ResponseUnexpected' ? error.response.status : 200;
    if (status >= 400 && status < 500) {
      const message = `${report.message}; the merchant refused the call, and its onRefusal has the reason`;
      return { at, error: { code: report.code, message }, exitCode: exitCodes.refused };
    }
    if (exitCode === exitCodes.usage || exitCode === exitCodes.failed) throw error;
    return { at, error: { code: report.code, message: report.message }, exitCode };
  }
}

function lineOf({ at, reply, error, exitCode }: Attempt): string {
  const shown =
    exitCode === exitCodes.done ? colour('green', 'S') : colour('red', exitCode === exitCodes.refused ? 'F' : 'U');
  return `+${String(at).padStart(6)} s  ${error ? `${colour('red', 'no')}  ${error.message}` : `${shown}  ${JSON.stringify(reply)}`}`;
}
