export { type Ecc224Options, importEcc224PrivateKey, importEcc224PublicKey } from './key.ts';
