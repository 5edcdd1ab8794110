/** `sign`: the stage of signing alone, for a body in a file or on standard input. */
import { contentToBeSigned, sign as signParts } from '@alipayhk-pass/message-security';
import type { Command } from '../command.ts';
import { readInput } from '../files.ts';
import { readPrivateKey } from '../keys.ts';
import { targetOf, targetOptions, timeOf, timeOption } from '../message-options.ts';
import { print, printJson } from '../output.ts';
import { clientIdOption, privateKeyOptions, zoneOption } from '../settings.ts';

export const sign: Command = {
  summary: 'sign a body and print its headers',
  usage: '[FILE]',
  positionals: [0, 1],
  options: {
    ...clientIdOption,
    ...privateKeyOptions,
    ...targetOptions,
    ...timeOption,
    ...zoneOption,
    reply: { help: 'sign a reply: the time is printed as Response-Time' },
    'print-content': { help: 'print the content to be signed instead, byte for byte' },
  },
  details: `The body is signed as it is, byte for byte: a line feed at the end of the file is part of it. Reads standard input
without FILE, or if FILE is -.`,
  examples: [
    [
      'Headers for a body',
      `printf '{"passId":"1"}' | alipayhk-pass sign --client-id A1 --private-key merchant-private-key.pem`,
    ],
    [
      'What another language has to sign',
      'alipayhk-pass sign --print-content --client-id A1 --time 2026-11-26T08:00:00+08:00 body.json',
    ],
  ],
  async run(input) {
    const clientId = input.required('client-id');
    const time = timeOf(input);
    const body = readInput(input.positionals[0] ?? '-', 'the body');
    const parts = { ...targetOf(input), clientId, time, body };
    if (input.isSet('print-content')) {
      print(contentToBeSigned(parts));
      return undefined;
    }
    const signature = await signParts(parts, await readPrivateKey(input));
    const timeHeader = input.isSet('reply') ? 'Response-Time' : 'Request-Time';
    if (input.isSet('json')) {
      const content = Buffer.from(contentToBeSigned(parts)).toString('base64');
      printJson({ headers: { 'Client-Id': clientId, [timeHeader]: time, Signature: signature }, content });
    } else {
      print(`Client-Id: ${clientId}\n${timeHeader}: ${time}\nSignature: ${signature}`);
    }
    return undefined;
  },
};
