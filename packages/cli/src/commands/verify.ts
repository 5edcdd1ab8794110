/** `verify`: the stage of verifying alone. No time is checked and nothing is decrypted. */
import { fingerprint, verify as verifyParts } from '@alipayhk-pass/message-security';
import { readCapture } from '../capture/capture.ts';
import { headerOf, type Message, messageOf } from '../capture/message.ts';
import type { Command } from '../command.ts';
import { CommandError, exitCodes, UsageError } from '../exit.ts';
import { readInput } from '../files.ts';
import { readPublicKey } from '../keys.ts';
import { targetOf, targetOptions } from '../message-options.ts';
import { print, printJson } from '../output.ts';
import { clientIdOption, publicKeyOptions } from '../settings.ts';

export const verify: Command = {
  summary: 'verify a signature',
  usage: '[FILE]',
  positionals: [0, 1],
  options: {
    ...clientIdOption,
    ...publicKeyOptions,
    signature: { help: 'text of the Signature header; FILE is then a body alone', value: 'TEXT' },
    ...targetOptions,
    time: { help: 'text of the Request-Time or Response-Time header; needed with --signature', value: 'TIME' },
  },
  details: `FILE, or standard input, is a whole message: HTTP as it was on the wire, what curl -v prints, an entry of a HAR file, a line
of the sandbox's ledger, or what seal --json prints. With --signature and --time it is a body alone. Checks the signature
and nothing else: no time, no decryption. If it does not verify, \`alipayhk-pass explain\` finds out why.`,
  examples: [
    ['A whole message', 'alipayhk-pass seal update.json | alipayhk-pass verify --public-key merchant-public-key.pem'],
    [
      'A body and its headers',
      `alipayhk-pass verify --public-key their.pem --client-id A1 --time 2026-11-26T08:00:00+08:00 --signature 'algorithm=RSA256, …' body.json`,
    ],
  ],
  async run(input) {
    const bytes = readInput(input.positionals[0] ?? '-', 'the message');
    const publicKey = await readPublicKey(input);
    const { parts, header } = input.text('signature') === undefined ? partsOf(bytes) : bodyParts(bytes);
    await verifyParts(parts, header, publicKey);
    const print256 = await fingerprint(publicKey);
    if (input.isSet('json')) printJson({ verified: true, fingerprint: print256 });
    else print(`the signature verifies with the key ${print256}`);
    return undefined;

    function bodyParts(body: Uint8Array) {
      const header = input.required('signature');
      const parts = { ...targetOf(input), clientId: input.required('client-id'), time: input.required('time'), body };
      return { parts, header };
    }

    function partsOf(capture: Uint8Array) {
      const message = messageOf(readCapture(capture));
      const header = headerOf(message, 'Signature');
      if (header === undefined) throw new CommandError('missing Signature header', exitCodes.security);
      return { parts: signedParts(message), header };
    }

    function signedParts(message: Message) {
      const timeHeader = message.kind === 'request' ? 'Request-Time' : 'Response-Time';
      const time = input.text('time') ?? headerOf(message, timeHeader);
      const clientId = headerOf(message, 'Client-Id') ?? input.text('client-id');
      if (time === undefined) throw new CommandError(`missing ${timeHeader} header`, exitCodes.security);
      if (clientId === undefined) throw new UsageError(input.missing('client-id'));
      const { method, httpUri } = message.kind === 'request' ? message : { ...targetOf(input), ...message.to };
      return { method, httpUri, clientId, time, body: message.body };
    }
  },
};
