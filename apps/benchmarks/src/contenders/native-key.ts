/** Test keys for those who call Web Crypto themselves. */

const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

/** Extractable, because what Web Crypto does not offer needs the numbers. */
export function importNative(format: 'pkcs8' | 'spki', pem: string): Promise<CryptoKey> {
  const der = Uint8Array.fromBase64(pem.replace(/-----[^-]+-----|\s/g, ''));
  return crypto.subtle.importKey(format, der, algorithm, true, [format === 'pkcs8' ? 'sign' : 'verify']);
}

type Numbers = Record<'n' | 'e' | 'd' | 'p' | 'q' | 'dp' | 'dq' | 'qi', bigint>;

/** The numbers of a key; of a public key only the first two mean anything. */
export async function numbersOf(key: CryptoKey): Promise<Numbers> {
  const jwk = await crypto.subtle.exportKey('jwk', key);
  const number = (name: keyof Numbers): bigint => {
    const bytes = Uint8Array.fromBase64(jwk[name] ?? 'AA', { alphabet: 'base64url' });
    return BigInt(`0x${bytes.toHex()}`);
  };
  return {
    n: number('n'),
    e: number('e'),
    d: number('d'),
    p: number('p'),
    q: number('q'),
    dp: number('dp'),
    dq: number('dq'),
    qi: number('qi'),
  };
}
