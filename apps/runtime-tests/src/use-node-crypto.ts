/** Puts nodeCrypto in the place of the runtime's Web Crypto, for all that loads after this. */
import { nodeCrypto } from '@alipayhk-pass/node-crypto';

Object.defineProperty(globalThis, 'crypto', { value: nodeCrypto, configurable: true });
