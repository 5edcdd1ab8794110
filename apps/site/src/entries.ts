/** What the reference describes, and the names of its pages. */

/** Address of the repository. */
export const home = 'https://github.com/alipayhk-pass/alipayhk-pass';

/** Address of a file of the repository, without its path. */
export const blob = `${home}/blob/main/`;

/** An entry of a published package. */
export interface Entry {
  /** What a program imports. */
  specifier: string;
  /** Path of its source below the root of the repository. */
  source: string;
  /** What it is for, in Markdown. */
  about: string;
}

/** The entries that the reference describes, in its order. */
export const entries: readonly Entry[] = [
  {
    specifier: '@alipayhk-pass/api',
    source: 'packages/api/src/index.ts',
    about: "everything that a merchant's code imports: the client, keys, RSA_AES, errors",
  },
  {
    specifier: '@alipayhk-pass/api/webhooks',
    source: 'packages/api/src/webhooks.ts',
    about: 'the calls that AlipayHK makes to a merchant',
  },
  {
    specifier: '@alipayhk-pass/api/gateway',
    source: 'packages/api/src/gateway.ts',
    about: "AlipayHK's place, for tests",
  },
  {
    specifier: '@alipayhk-pass/message-security',
    source: 'packages/message-security/src/index.ts',
    about: 'the headers Signature and Encrypt around a body, for any operation',
  },
  {
    specifier: '@alipayhk-pass/message-security/ecc224',
    source: 'packages/message-security/src/ecc224.ts',
    about: 'keys for ECC224',
  },
  {
    specifier: '@alipayhk-pass/node-crypto',
    source: 'packages/node-crypto/src/index.ts',
    about: "the runtime's own RSA and AES behind the option `crypto`",
  },
  {
    specifier: '@alipayhk-pass/sandbox',
    source: 'packages/sandbox/src/index.ts',
    about: 'the sandbox as a function',
  },
  {
    specifier: '@alipayhk-pass/sandbox/client',
    source: 'packages/sandbox/src/client.ts',
    about: 'its admin API as functions',
  },
  {
    specifier: '@alipayhk-pass/sandbox/d1',
    source: 'packages/sandbox/src/d1.ts',
    about: "a store in Cloudflare's D1",
  },
  {
    specifier: '@alipayhk-pass/sandbox/node-sqlite',
    source: 'packages/sandbox/src/node-sqlite.ts',
    about: 'a store in `node:sqlite`',
  },
  {
    specifier: '@alipayhk-pass/sandbox/variants',
    source: 'packages/sandbox/src/variants.ts',
    about: 'the variants that a sandbox can emulate',
  },
];

/** The name of an entry's page, without `.md`, such as `api-webhooks`. */
export const pageOf = (specifier: string): string => specifier.replace('@alipayhk-pass/', '').replace('/', '-');
