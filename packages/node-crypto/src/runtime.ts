/** What `node:crypto` does faster than Web Crypto, or than the core by itself, in the runtime at hand. */

/** What this package can do by `node:crypto`, besides AES-ECB, which it does everywhere. */
export interface Choices {
  /** The bare RSA operations, which the core else does in BigInt. */
  rsaRaw: boolean;
  /** HMAC-SHA256. */
  hmac: boolean;
  /** Signing by RSASSA-PKCS1-v1_5. */
  sign: boolean;
  /** Verifying by RSASSA-PKCS1-v1_5. */
  verify: boolean;
}

// Measured by `bench`.
const choices: Record<string, Choices> = {
  // Web Crypto of both takes 7 µs and more for the way to another thread and back.
  'Node.js': { rsaRaw: true, hmac: true, sign: true, verify: true },
  Bun: { rsaRaw: true, hmac: true, sign: true, verify: true },
  // Its `node:crypto` is slower at the private operation than BigInt, and at signing than Web Crypto.
  Deno: { rsaRaw: false, hmac: true, sign: false, verify: true },
  'Cloudflare-Workers': { rsaRaw: true, hmac: false, sign: false, verify: false },
};

/** For the runtime that says who it is; Node 20 does not, and whoever else does is taken for Node. */
export const chosen: Choices = choices[
  globalThis.navigator?.userAgent?.match(/^(?:Bun|Deno|Cloudflare-Workers)/)?.[0] ?? 'Node.js'
] as Choices;
