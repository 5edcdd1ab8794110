/** `open`: verify, check the time, decrypt: the body in plain of a whole message. */
import { type OpenOptions, openRequest, openResponse, rsaAes } from '@alipayhk-pass/message-security';
import { readCapture } from '../capture/capture.ts';
import { toRequest, toResponse } from '../capture/fetch.ts';
import { headerOf, messageOf } from '../capture/message.ts';
import type { Command } from '../command.ts';
import { readInput } from '../files.ts';
import { readDecryptionKey, readPublicKey } from '../keys.ts';
import { clockOf, nowOption, targetOf, targetOptions } from '../message-options.ts';
import { print, printJson } from '../output.ts';
import {
  clientIdOption,
  decryptionKeyOption,
  encryptionOptions,
  privateKeyOptions,
  publicKeyOptions,
  suiteOf,
  suiteProfileOption,
} from '../settings.ts';

export const open: Command = {
  summary: 'verify and decrypt a message, and print its body',
  usage: '[FILE]',
  positionals: [0, 1],
  options: {
    ...clientIdOption,
    ...privateKeyOptions,
    ...publicKeyOptions,
    ...decryptionKeyOption,
    content: encryptionOptions.content,
    'key-transport': encryptionOptions['key-transport'],
    ...suiteProfileOption,
    path: { ...targetOptions.path, help: 'path and query of the request that a reply belongs to' },
    method: targetOptions.method,
    tolerance: { help: 'how far the time may be off, in seconds', value: 'SECONDS', unless: '300' },
    ...nowOption,
  },
  details: `FILE, or standard input, is a whole message in one of the forms that verify takes. --public-key is the sender's,
--private-key the receiver's; the latter is needed only for an encrypted message. The body is printed byte for byte.
Nothing is printed of a message that does not verify.`,
  examples: [
    [
      'A reply in a file',
      'alipayhk-pass open --client-id A1 --public-key alipayhk.pem --private-key merchant-private-key.pem reply.http',
    ],
    ['A message of last week', 'alipayhk-pass open --now message old.har'],
  ],
  async run(input) {
    const capture = readCapture(readInput(input.positionals[0] ?? '-', 'the message'));
    const message = messageOf(capture);
    const timeHeader = message.kind === 'request' ? 'Request-Time' : 'Response-Time';
    const encrypted = headerOf(message, 'Encrypt') !== undefined;
    const options: OpenOptions = {
      clientId: input.text('client-id') ?? headerOf(message, 'Client-Id') ?? input.required('client-id'),
      publicKey: await readPublicKey(input),
      tolerance: input.number('tolerance', 1),
      now: clockOf(input, headerOf(message, timeHeader)),
      ...(encrypted && { encryption: rsaAes(suiteOf(input)), ...(await readDecryptionKey(input)) }),
    };
    const opened =
      message.kind === 'request'
        ? await openRequest(toRequest(message), options)
        : await openResponse(
            toResponse(message),
            { url: `https://gateway.invalid${targetOf(input).httpUri}` },
            options,
          );
    const plain = 'request' in opened ? opened.request : opened.response;
    const body = new Uint8Array(await plain.arrayBuffer());
    if (!input.isSet('json')) print(body);
    else printJson({ verified: true, encrypted, clientId: options.clientId, body: Buffer.from(body).toString() });
    return undefined;
  },
};
