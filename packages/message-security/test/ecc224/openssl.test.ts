/**
 * Live, in both directions: what we sign OpenSSL verifies, and the reverse. Twice: the OpenSSL that is built into Node,
 * which is always there, and the `openssl` command, whose file formats are those that people hold.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { importEcc224PrivateKey, importEcc224PublicKey } from '../../src/ecc224.ts';
import { noise } from '../fixture.ts';

const digests = ['SHA-224', 'SHA-256'] as const;
const encodings = ['DER', 'IEEE-P1363'] as const;

test.each(digests.flatMap((digest) => encodings.map((encoding) => [digest, encoding] as const)))(
  'with Node’s OpenSSL: %s, %s',
  async (digest, encoding) => {
    const dsaEncoding = encoding === 'DER' ? 'der' : 'ieee-p1363';
    const algorithm = digest.replace('-', '');
    for (let i = 0; i < 25; i++) {
      const pair = generateKeyPairSync('ec', { namedCurve: 'secp224r1' });
      const publicText = pair.publicKey.export({ type: 'spki', format: 'pem' }) as string;
      const privateText = pair.privateKey.export({ type: i % 2 ? 'sec1' : 'pkcs8', format: 'pem' }) as string;
      const privateKey = await importEcc224PrivateKey(privateText, { digest, encoding });
      const publicKey = await importEcc224PublicKey(publicText, { digest, encoding });
      const data = noise(i * 40);
      const ours = await privateKey.sign(data);
      expect(verify(algorithm, data, { key: createPublicKey(publicText), dsaEncoding }, ours)).toBe(true);
      const theirs = new Uint8Array(sign(algorithm, data, { key: pair.privateKey, dsaEncoding }));
      expect(await publicKey.verify(theirs, data)).toBe(true);
      expect(await publicKey.verify(theirs, noise(i * 40 + 1))).toBe(false);
    }
  },
);

const { status } = spawnSync('openssl', ['version']);
const why = status === 0 ? '' : ' (skipped: there is no openssl command here)';
const work = mkdtempSync(join(tmpdir(), 'ecc224-'));
afterAll(() => rmSync(work, { recursive: true }));
const openssl = (args: string): Buffer => execFileSync('openssl', args.split(' '), { cwd: work, stdio: 'pipe' });
const read = (file: string): string => readFileSync(join(work, file), 'utf8');

test.skipIf(status !== 0)(`with the openssl command: keys, certificates and signatures${why}`, async () => {
  openssl('ecparam -name secp224r1 -genkey -out ecparam.pem');
  openssl('pkcs8 -topk8 -nocrypt -in ecparam.pem -out pkcs8.pem');
  openssl('ec -in ecparam.pem -out sec1.pem');
  openssl('ec -in ecparam.pem -no_public -out no-public.pem');
  openssl('ec -in ecparam.pem -pubout -out spki.pem');
  openssl('ec -in ecparam.pem -pubout -conv_form compressed -out compressed.pem');
  openssl('req -x509 -key pkcs8.pem -sha256 -subj /CN=TEST -days 1 -out certificate.pem');
  for (const digest of digests) {
    const name = digest.replace('-', '').toLowerCase();
    const data = noise(640, digest === 'SHA-224' ? 1 : 2);
    writeFileSync(join(work, 'data'), data);
    openssl(`dgst -${name} -sign pkcs8.pem -out theirs data`);
    const theirs = new Uint8Array(readFileSync(join(work, 'theirs')));
    for (const file of ['spki.pem', 'compressed.pem', 'certificate.pem']) {
      const key = await importEcc224PublicKey(read(file), { digest });
      expect(await key.verify(theirs, data)).toBe(true);
      expect(await key.verify(theirs, noise(641))).toBe(false);
    }
    for (const file of ['ecparam.pem', 'pkcs8.pem', 'sec1.pem', 'no-public.pem']) {
      const key = await importEcc224PrivateKey(read(file), { digest });
      writeFileSync(join(work, 'ours'), await key.sign(data));
      expect(openssl(`dgst -${name} -verify spki.pem -signature ours data`).toString()).toBe('Verified OK\n');
    }
  }
});
