/**
 * The Worker's own secrets and variables, checked: the private key, imported once per isolate and again only when the
 * secret changed, and the size of the ledger.
 */
import { importPrivateKey, type PrivateKey } from '@alipayhk-pass/message-security';
import type { Env } from './env.ts';

/** A variable is missing or malformed. Anyone may read the message; `cause` is for the log. Neither shows its content. */
export class ConfigurationInvalid extends Error {
  override readonly name = 'ConfigurationInvalid';
  readonly variable: keyof Env;
  readonly expected: string;
  constructor(variable: keyof Env, expected: string, cause?: Error) {
    super(`${variable}: expected ${expected}`, { cause });
    this.variable = variable;
    this.expected = expected;
  }
}

// The key, not a promise of it: workerd ties a promise to the request that made it.
let last: { text: string; key: PrivateKey } | undefined;

/**
 * The gateway's private key.
 *
 * @throws ConfigurationInvalid
 */
export async function privateKeyOf({ GATEWAY_PRIVATE_KEY: text }: Env): Promise<PrivateKey> {
  if (last && last.text === text) return last.key;
  const expected = 'an RSA private key of 2048 bits or more, as PEM or bare base64';
  if (!text) throw new ConfigurationInvalid('GATEWAY_PRIVATE_KEY', `${expected}, received none`);
  const key = await importPrivateKey(text).catch((cause) => {
    throw new ConfigurationInvalid('GATEWAY_PRIVATE_KEY', expected, cause);
  });
  last = { text, key };
  return key;
}

/**
 * How many requests the ledger holds.
 *
 * @throws ConfigurationInvalid
 */
export function ledgerRowsOf({ LEDGER_ROWS = '10000' }: Env): number {
  if (/^[1-9]\d{0,6}$/.test(LEDGER_ROWS)) return Number(LEDGER_ROWS);
  throw new ConfigurationInvalid('LEDGER_ROWS', 'a whole number from 1 to 9999999');
}
