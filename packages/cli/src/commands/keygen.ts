/** `keygen`: a pair of RSA keys in the forms that programs, OpenSSL and AlipayHK's console take. */
import { createHash, generateKeyPair } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from '../command.ts';
import { UsageError } from '../exit.ts';
import { writeOutput } from '../files.ts';
import { print, printJson } from '../output.ts';

export const keygen: Command = {
  summary: 'make a pair of RSA keys',
  usage: '[FOLDER]',
  positionals: [0, 1],
  options: {
    name: { help: 'beginning of the names of the files', value: 'NAME', unless: 'merchant' },
    bits: { help: 'length of the modulus, from 2048 to 8192', value: 'BITS', unless: '2048' },
    force: { help: 'overwrite files that exist' },
  },
  details: `Writes four files that only you may read (mode 0600): NAME-private-key.pem (PKCS#8), NAME-public-key.pem (SPKI), and
both as one line of base64, NAME-private-key.base64 and NAME-public-key.base64. Paste the latter into AlipayHK's
console. The console then shows AlipayHK's own public key: that one goes into --public-key, not yours.`,
  examples: [
    ['Keys for this project', 'alipayhk-pass keygen keys'],
    ['What the console takes', 'cat keys/merchant-public-key.base64'],
  ],
  async run(input) {
    const [folder = '.'] = input.positionals;
    const name = input.text('name') ?? 'merchant';
    if (!/^[\w.-]+$/.test(name)) throw new UsageError('--name must be letters, digits, dots, dashes or underscores');
    const modulusLength = input.number('bits', 2048) ?? 2048;
    if (modulusLength > 8192) throw new UsageError('--bits must be at most 8192');
    const force = input.isSet('force');
    const path = (half: string, form: string) => join(folder, `${name}-${half}-key.${form}`);
    const paths = ['pem', 'base64'].flatMap((form) => [path('private', form), path('public', form)]);
    // All of them first: half of an old pair beside half of a new one would be worse than either.
    const existing = paths.find((each) => existsSync(each));
    if (existing !== undefined && !force) throw new UsageError(`${existing} exists; use --force to overwrite it`);

    const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
      modulusLength,
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'der' },
    });
    mkdirSync(folder, { recursive: true });
    const write = (half: 'private' | 'public', der: Buffer): void => {
      const base64 = der.toString('base64');
      const label = `${half.toUpperCase()} KEY`;
      const lines = base64.match(/.{1,64}/g)?.join('\n');
      for (const [form, content] of [
        ['pem', `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`],
        ['base64', `${base64}\n`],
      ] as const) {
        writeOutput(path(half, form), content, { mode: 0o600, force });
        chmodSync(path(half, form), 0o600); // a file that was there keeps its mode otherwise
      }
    };
    write('private', privateKey);
    write('public', publicKey);
    const fingerprint = createHash('sha256').update(publicKey).digest('hex');
    if (input.isSet('json')) {
      printJson({ files: paths, fingerprint, publicKey: publicKey.toString('base64') });
      return undefined;
    }
    print(`${paths.map((each) => `wrote ${each}`).join('\n')}
fingerprint ${fingerprint}

For AlipayHK's console, one line:
${publicKey.toString('base64')}`);
    return undefined;
  },
};
