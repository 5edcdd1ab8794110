/** `keygen`: a pair of RSA keys in the forms that programs, OpenSSL and AlipayHK's console take. */
import type { Command } from '../command.ts';
import { UsageError } from '../exit.ts';
import { writeKeyFiles } from '../key-files.ts';
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
    const bits = input.number('bits', 2048, { most: 8192 });
    const { files, fingerprint, publicKey } = await writeKeyFiles(folder, name, { bits, force: input.isSet('force') });
    if (input.isSet('json')) {
      printJson({ files, fingerprint, publicKey });
      return undefined;
    }
    print(`${files.map((each) => `wrote ${each}`).join('\n')}
fingerprint ${fingerprint}

For AlipayHK's console, one line:
${publicKey}`);
    return undefined;
  },
};
