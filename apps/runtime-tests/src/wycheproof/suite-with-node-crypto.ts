/** As `suite.ts`, with nodeCrypto. */
import '../use-node-crypto.ts';

export { suite } from './suite.ts';
