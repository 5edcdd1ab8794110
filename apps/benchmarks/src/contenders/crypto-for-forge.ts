/** What node-forge's `require('crypto')` finds: in a bundled ES module nothing else can answer a `require`. */
export { randomBytes } from 'node:crypto';
