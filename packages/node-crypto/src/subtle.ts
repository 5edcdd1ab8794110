/** Web Crypto's `subtle` with some algorithms by `node:crypto`; every other call is Web Crypto's own. */
import { type KeyData, type Operations, ownAlgorithms, sharedAlgorithms } from './algorithms.ts';
import { viewOf } from './bytes.ts';
import { withMethodsOf } from './with-methods-of.ts';

type Subtle = typeof crypto.subtle;
type Arguments<Name extends keyof Subtle> = Subtle[Name] extends (...args: infer All) => unknown ? All : never;

const native = globalThis.crypto.subtle;

interface Known {
  name: string;
  usages: readonly string[];
  operations: Operations;
}
/** By key: those of this package, and those of Web Crypto that this package does something with. */
const keys = new WeakMap<object, Known>();

const nameOf = (algorithm: string | { name: string }): string =>
  typeof algorithm === 'string' ? algorithm : algorithm.name;

/** What a key does here under this algorithm's name; `undefined` leaves the call to Web Crypto. */
function find<Name extends keyof Operations>(name: Name, algorithm: string | { name: string }, key: object) {
  const known = keys.get(key);
  return known?.name === nameOf(algorithm) && known.usages.includes(name) ? known.operations[name] : undefined;
}

/** As Web Crypto fails: what OpenSSL or BoringSSL has to say stays here. */
function run<Result>(errorName: 'DataError' | 'OperationError', operation: () => Result): Result {
  try {
    return operation();
  } catch {
    throw new DOMException('node:crypto failed', errorName);
  }
}

/** What is done here with a key of Web Crypto; nothing where `node:crypto` refuses the key, as Deno's does one above 4096 bits. */
function takeOver(name: string, given: KeyData): Operations | undefined {
  try {
    return sharedAlgorithms[name]?.(given);
  } catch {
    return undefined;
  }
}

async function importKey(...args: Arguments<'importKey'>): ReturnType<Subtle['importKey']> {
  const [format, data, algorithm, extractable, usages] = args;
  const name = nameOf(algorithm);
  const { hash } = algorithm as { hash?: string | { name: string } };
  const given = { format, data, usages, hash: hash && nameOf(hash) } as KeyData;

  const own = extractable ? undefined : run('DataError', () => ownAlgorithms[name]?.(given));
  const key =
    own === undefined
      ? await native.importKey(...args)
      : (Object.freeze({ algorithm: { name }, extractable, usages: [...usages] }) as unknown as CryptoKey);
  const operations = own ?? takeOver(name, given);
  if (operations !== undefined) keys.set(key, { name, usages: [...usages], operations });
  return key;
}

export const subtle: Subtle = withMethodsOf(native, {
  importKey: importKey as Subtle['importKey'],
  async encrypt(algorithm, key, data) {
    const encrypt = find('encrypt', algorithm, key);
    return encrypt ? run('OperationError', () => encrypt(viewOf(data))) : native.encrypt(algorithm, key, data);
  },
  async decrypt(algorithm, key, data) {
    const decrypt = find('decrypt', algorithm, key);
    return decrypt ? run('OperationError', () => decrypt(viewOf(data))) : native.decrypt(algorithm, key, data);
  },
  async sign(algorithm, key, data) {
    const sign = find('sign', algorithm, key);
    return sign ? run('OperationError', () => sign(viewOf(data))) : native.sign(algorithm, key, data);
  },
  async verify(algorithm, key, signature, data) {
    const verify = find('verify', algorithm, key);
    return verify
      ? run('OperationError', () => verify(viewOf(signature), viewOf(data)))
      : native.verify(algorithm, key, signature, data);
  },
});
