/** `seal`: encrypt, then sign: a whole request or reply for a body in a file or on standard input. */
import { type SealOptions, sealRequest, sealResponse } from '@alipayhk-pass/message-security';
import type { Command } from '../command.ts';
import { UsageError } from '../exit.ts';
import { readInput } from '../files.ts';
import { readEncryptionKey, readPrivateKey } from '../keys.ts';
import { clockOf, nowOption, targetOf, targetOptions } from '../message-options.ts';
import { print, printJson } from '../output.ts';
import {
  clientIdOption,
  encryptionKeyOption,
  encryptionOptions,
  gatewayOf,
  gatewayOptions,
  privateKeyOptions,
  publicKeyOptions,
  sealingOf,
  zoneOption,
} from '../settings.ts';

export const seal: Command = {
  summary: 'encrypt and sign a body, and print the whole message',
  usage: '[FILE]',
  positionals: [0, 1],
  options: {
    ...clientIdOption,
    ...privateKeyOptions,
    ...publicKeyOptions,
    ...encryptionOptions,
    ...encryptionKeyOption,
    gateway: gatewayOptions.gateway,
    profile: gatewayOptions.profile,
    ...targetOptions,
    reply: { help: 'seal a reply to a request for --path' },
    now: { ...nowOption.now, help: 'seal as if it were this moment, in ISO 8601' },
    ...zoneOption,
  },
  details: `Prints the request as HTTP/1.1 has it on the wire, with --json as {method, url, headers, body}. The body is taken as it
is. With --encrypt, or a profile of a gateway that takes encrypted bodies, it is encrypted first, to the key of the other
end. Reads standard input without FILE, or if FILE is -.`,
  examples: [
    ['A signed request', 'alipayhk-pass seal --client-id A1 --private-key merchant-private-key.pem update.json'],
    ['An encrypted one, as data', 'alipayhk-pass seal --encrypt --public-key alipayhk.pem --json update.json'],
  ],
  async run(input) {
    const body = readInput(input.positionals[0] ?? '-', 'the body');
    const sealing = sealingOf(input);
    const options: SealOptions = {
      clientId: input.required('client-id'),
      privateKey: await readPrivateKey(input),
      now: clockOf(input, undefined),
      zone: input.text('zone'),
      ...sealing,
      ...(sealing.encryption && (await readEncryptionKey(input))),
    };
    const { method, httpUri } = targetOf(input);
    const url = gatewayOf(input) + httpUri;
    if (!URL.canParse(url)) throw new UsageError('--path is no path');
    const isReply = input.isSet('reply');
    const message = isReply
      ? await sealResponse(new Response(body), { httpUri, encrypted: sealing.encryption !== undefined }, options)
      : await sealRequest(new Request(url, { method, body }), options);
    const wire = Buffer.from(await message.arrayBuffer());
    const first = isReply ? 'HTTP/1.1 200 OK' : `${method} ${httpUri} HTTP/1.1\r\nHost: ${new URL(url).host}`;
    if (input.isSet('json')) {
      const headers = Object.fromEntries([...message.headers].map(([name, value]) => [properName(name), value]));
      printJson({ ...(isReply ? { status: 200 } : { method, url }), headers, body: wire.toString() });
      return undefined;
    }
    const lines = [...message.headers].map(([name, value]) => `${properName(name)}: ${value}`);
    const head = [first, ...lines, `Content-Length: ${wire.length}`, '', ''].join('\r\n');
    print(Buffer.concat([Buffer.from(head), wire]));
    return undefined;
  },
};

/** Fetch has names in lower case; AlipayHK's page writes them like this. */
export function properName(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}
