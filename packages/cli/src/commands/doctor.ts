/** `doctor`: are keys, settings, clock and connection as they have to be; and, on request, what the gateway is like. */
import { createInterface } from 'node:readline/promises';
import type { GatewayProfile } from '@alipayhk-pass/api';
import type { Command } from '../command.ts';
import { type Check, keyChecks, settingChecks } from '../doctor/checks.ts';
import { gatewayChecks } from '../doctor/gateway-checks.ts';
import { CommandError, exitCodes, UsageError } from '../exit.ts';
import { knownKeyOptions } from '../explain/known-keys.ts';
import { expectOutput, writeOutput } from '../files.ts';
import {
  importPrivateKey,
  readDecryptionKey,
  readEncryptionKey,
  readKeyText,
  readPrivateKey,
  readPublicKey,
} from '../keys.ts';
import type { Input } from '../options.ts';
import { colour, print, printError, printJson } from '../output.ts';
import { mailTo, settle } from '../probe/assumptions.ts';
import { type Findings, probe } from '../probe/probe.ts';
import { clientOptions, gatewayOf } from '../settings.ts';

export const doctor: Command = {
  summary: 'check keys, settings, clock and gateway, and find out what the gateway is like',
  usage: '',
  positionals: [0, 0],
  options: {
    ...clientOptions,
    'merchant-id': { help: 'the merchant, for --probe', value: 'ID', env: 'MERCHANT_ID', config: 'merchantId' },
    'own-public-key': { help: 'the public key that you handed to AlipayHK', value: 'FILE', config: 'ownPublicKeyFile' },
    'gateway-private-key': knownKeyOptions['gateway-private-key'],
    offline: { help: 'do not contact the gateway' },
    probe: { help: 'send harmless requests, and write a profile of the gateway' },
    confirm: { help: "the gateway's host: confirms --probe without a question", value: 'HOST' },
    out: { help: 'where the profile is written', value: 'FILE', unless: 'alipayhk-pass.profile.json' },
    mail: {
      help: 'where a mail to AlipayHK is written, with the questions that stay open',
      value: 'FILE',
      unless: 'alipayhk-pass.mail.txt',
    },
    pause: { help: 'pause between two requests of --probe', value: 'MILLISECONDS', unless: '250' },
    force: { help: 'overwrite a profile and a mail that exist' },
  },
  details: `Says which key is wrong, and how: a public key where the private one belongs, your own where AlipayHK's belongs, two halves
that are not a pair. Sends the gateway an empty request that is not signed: a gateway refuses it with a result code, a proxy
or another server does not. Compares this clock with the gateway's. Exits with 0 if it finds no problem, else with 1.

A fingerprint is the SHA-256 of the public key in DER (SPKI); of a private key, that of its public half. Where the console
shows a key in base64 and no fingerprint, save it in a file: OpenSSL prints its fingerprint, as below.

With --probe it sends at most 23 requests, once you have confirmed the host: updates of a passId that nobody has, never
CLOSED, signed, and encrypted in every suite and Content-Type until the gateway understands one. From the replies it writes
two files: a profile, with what they settle of spec/ASSUMPTIONS.md, and a mail that asks AlipayHK for the rest. Other
commands take the profile with --profile FILE, createClient with optionsOfProfile. Where a key is wrong it stops, names the
key, writes nothing, and exits with 5.`,
  examples: [
    ['Before the first request', 'alipayhk-pass doctor'],
    ['The fingerprint of a key in base64', 'openssl base64 -d -A -in FILE | openssl dgst -sha256'],
    ['The fingerprint of a key in PEM', 'openssl pkey -pubin -in FILE -outform DER | openssl dgst -sha256'],
    ['What is the gateway like?', 'alipayhk-pass doctor --probe --gateway https://open-id-pre.alipay.com'],
    ['Then', 'alipayhk-pass update --profile alipayhk-pass.profile.json update.json'],
  ],
  async run(input) {
    const baseUrl = gatewayOf(input);
    const checks: Check[] = settingChecks(input, baseUrl);
    checks.push(...(await keyChecks(input)));
    if (!input.isSet('offline'))
      checks.push(...(await gatewayChecks(baseUrl, input.milliseconds('timeout', 1) ?? 10_000)));
    const json = input.isSet('json');
    if (!json) for (const check of checks) print(lineOf(check));
    const isFine = checks.every(({ verdict }) => verdict !== 'problem');
    if (!input.isSet('probe')) {
      if (json) printJson({ fine: isFine, checks });
      return isFine ? exitCodes.done : exitCodes.failed;
    }
    if (!isFine && json) printJson({ fine: false, checks });
    if (!isFine) throw new CommandError('nothing was sent: correct the problems above first', exitCodes.failed);
    const { profile, findings, files } = await runProbe(input, baseUrl, json);
    if (json) printJson({ fine: true, checks, findings, profile, files });
    else print(findingLines(profile, files));
    return findings.plain === 'accepted' || findings.encryption ? exitCodes.done : exitCodes.security;
  },
};

async function runProbe(input: Input, baseUrl: string, json: boolean) {
  const { host } = new URL(baseUrl);
  const files = {
    profile: input.text('out') ?? 'alipayhk-pass.profile.json',
    mail: input.text('mail') ?? 'alipayhk-pass.mail.txt',
  };
  const force = input.isSet('force');
  for (const path of Object.values(files)) expectOutput(path, { force });
  await confirm(input, host);
  const privateKey = await readPrivateKey(input);
  const text = readKeyText(input, 'private-key')?.text ?? '';
  const other = await importPrivateKey(text, privateKey.keyVersion === undefined ? { keyVersion: '1' } : {});
  const publicKey = await readPublicKey(input);
  const isEcc224 = [privateKey, publicKey].some(({ algorithm }) => algorithm === 'ECC224');
  const isWithout = isEcc224 && ['encryption-key', 'decryption-key'].every((name) => input.setting(name) === undefined);
  // A merchant that signs with ECC224 and never encrypts has no RSA keys.
  const rsaKeys = isWithout ? undefined : { ...(await readEncryptionKey(input)), ...(await readDecryptionKey(input)) };
  if (isWithout)
    printError(
      'alipayhk-pass: nothing is encrypted: RSA_AES needs RSA keys, which --encryption-key and --decryption-key give',
    );
  const parties = {
    clientId: input.required('client-id'),
    merchantId: input.required('merchant-id'),
    privateKey,
    publicKey,
    rsaKeys,
    baseUrl,
    timeout: input.milliseconds('timeout', 1) ?? 10_000,
    pause: input.milliseconds('pause', 0) ?? 250,
  };
  const findings: Findings = await probe(parties, other, (step) => !json && printError(`asking: ${step}`));
  const assumptions = settle(findings);
  const { encryption, encryptedContentTypes, encryptedReplies } = findings;
  const [contentType] = encryptedContentTypes;
  const profile: GatewayProfile = {
    version: 1,
    baseUrl,
    probedAt: new Date().toISOString(),
    settings: {
      encryption,
      ...(contentType && { encryptedContentType: contentType }),
      ...(encryptedReplies && { requireEncryption: true }),
    },
    assumptions,
  };
  writeOutput(files.profile, `${JSON.stringify(profile, null, 2)}\n`, { force });
  writeOutput(files.mail, mailTo(parties.clientId, host, assumptions), { force });
  return { profile, findings, files };
}

/** @throws UsageError when the host is not confirmed */
async function confirm(input: Input, host: string): Promise<void> {
  const given = input.text('confirm');
  if (given === host) return;
  if (given !== undefined)
    throw new UsageError(`--confirm is not the host of the gateway, which is ${host}; nothing was sent`);
  if (!process.stdin.isTTY)
    throw new UsageError(`the probe of ${host} is not confirmed; expected --confirm ${host}; nothing was sent`);
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const typed = await prompt.question(`Up to 23 harmless requests go to ${host}. Type its name to confirm: `);
  prompt.close();
  if (typed.trim() !== host) throw new UsageError('not confirmed; nothing was sent');
}

function lineOf({ name, verdict, detail }: Check): string {
  const shown = {
    fine: colour('green', 'fine'),
    problem: colour('red', 'problem'),
    unknown: colour('yellow', 'unknown'),
  };
  return `${name.padEnd(20)} ${shown[verdict]}  ${detail}`;
}

function findingLines({ assumptions }: GatewayProfile, files: { profile: string; mail: string }): string {
  const of = (settled: boolean): string[] =>
    Object.entries(assumptions).flatMap(([number, each]) =>
      each.settled === settled ? [`  ${number.padEnd(4)} ${each.finding}`] : [],
    );
  const settled = ['', colour('bold', 'settled'), ...of(true)];
  const open = ['', colour('bold', 'still to be asked'), ...of(false)];
  return [...settled, ...open, '', `wrote ${files.profile} and ${files.mail}`].join('\n');
}
