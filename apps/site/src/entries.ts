/** What the reference describes, and the names of its pages. */

/** Address of a file of the repository, without its path. */
export const repository = 'https://github.com/alipayhk-pass/alipayhk-pass/blob/main/';

/** An entry of a published package. */
export interface Entry {
  /** What a program imports. */
  specifier: string;
  /** Path of its source below the root of the repository. */
  source: string;
}

/** The entries that the reference describes, in its order. */
export const entries: readonly Entry[] = [
  { specifier: '@alipayhk-pass/api', source: 'packages/api/src/index.ts' },
  { specifier: '@alipayhk-pass/api/webhooks', source: 'packages/api/src/webhooks.ts' },
  { specifier: '@alipayhk-pass/api/gateway', source: 'packages/api/src/gateway.ts' },
  { specifier: '@alipayhk-pass/message-security', source: 'packages/message-security/src/index.ts' },
  { specifier: '@alipayhk-pass/message-security/ecc224', source: 'packages/message-security/src/ecc224.ts' },
  { specifier: '@alipayhk-pass/node-crypto', source: 'packages/node-crypto/src/index.ts' },
  { specifier: '@alipayhk-pass/sandbox', source: 'packages/sandbox/src/index.ts' },
  { specifier: '@alipayhk-pass/sandbox/client', source: 'packages/sandbox/src/client.ts' },
  { specifier: '@alipayhk-pass/sandbox/d1', source: 'packages/sandbox/src/d1.ts' },
  { specifier: '@alipayhk-pass/sandbox/node-sqlite', source: 'packages/sandbox/src/node-sqlite.ts' },
];

/** The name of an entry's page, without `.md`, such as `api-webhooks`. */
export const pageOf = (specifier: string): string => specifier.replace('@alipayhk-pass/', '').replace('/', '-');
