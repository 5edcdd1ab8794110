/** `keygen`: a pair of keys in the forms that programs, OpenSSL and AlipayHK's console take. */
import type { Command } from '../command.ts';
import { UsageError } from '../exit.ts';
import { keyAlgorithms, writeKeyFiles } from '../key-files.ts';
import { print, printJson } from '../output.ts';

export const keygen: Command = {
  summary: 'make a pair of keys',
  usage: '[FOLDER]',
  positionals: [0, 1],
  options: {
    name: { help: 'beginning of the names of the files', value: 'NAME', unless: 'merchant' },
    algorithm: { help: `what the keys sign with: ${keyAlgorithms.join(' or ')}`, value: 'ALGORITHM', unless: 'RSA256' },
    bits: { help: 'length of an RSA key, from 2048 to 8192', value: 'BITS', unless: '2048' },
    force: { help: 'overwrite files that exist' },
  },
  details: `Writes four files that only you may read (mode 0600): NAME-private-key.pem (PKCS#8), NAME-public-key.pem (SPKI), and
both as one line of base64, NAME-private-key.base64 and NAME-public-key.base64. Paste the last one into AlipayHK's
console. The console then shows AlipayHK's own public key: that one goes into --public-key, not yours. A folder that it
makes gets a .gitignore too, which keeps its files out of a repository.

RSA256 and ECC224 are signature algorithms. AlipayHK says which one your Client-Id has; every other command knows it from the
key. ECC224 keys cannot encrypt: to sign with ECC224 and encrypt with RSA_AES, make a pair of RSA keys too, under another
name.`,
  examples: [
    ['Keys for this project', 'alipayhk-pass keygen keys'],
    ['What the console takes', 'cat keys/merchant-public-key.base64'],
    ['For a Client-Id with ECC224', 'alipayhk-pass keygen keys --algorithm ECC224'],
  ],
  async run(input) {
    const [folder = '.'] = input.positionals;
    const name = input.text('name') ?? 'merchant';
    if (!/^[\w.-]+$/.test(name)) throw new UsageError('--name must be letters, digits, dots, dashes or underscores');
    const algorithm = input.choice('algorithm', keyAlgorithms);
    const bits = input.number('bits', 2048, { most: 8192 });
    if (algorithm === 'ECC224' && bits !== undefined)
      throw new UsageError('--bits is for RSA keys; ECC224 keys have one length');
    const { files, fingerprint, publicKey } = await writeKeyFiles(folder, name, {
      algorithm,
      bits,
      force: input.isSet('force'),
    });
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
