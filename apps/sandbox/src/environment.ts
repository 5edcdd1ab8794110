/** The Worker's secrets and variables, checked, as the options of a sandbox. */
import { importPrivateKey, type PrivateKey } from '@alipayhk-pass/message-security';
import type { HeaderCase, ReadyMerchant, SandboxOptions } from '@alipayhk-pass/sandbox';
import { d1Store } from '@alipayhk-pass/sandbox/d1';
import { variants } from '@alipayhk-pass/sandbox/variants';
import * as v from 'valibot';
import type { Env } from './env.ts';

/** A variable is missing or malformed. Anyone may read the message; `cause` is for the log. Neither holds a value. */
export class ConfigurationInvalid extends Error {
  override readonly name = 'ConfigurationInvalid';
  readonly variable: keyof Env;
  /** What is wrong with the variable, as the end of a sentence. */
  readonly problem: string;
  constructor(variable: keyof Env, problem: string, cause?: Error) {
    super(`${variable} ${problem}`, { cause });
    this.variable = variable;
    this.problem = problem;
  }
}

/**
 * The options that the variables stand for.
 *
 * @throws ConfigurationInvalid
 */
export async function optionsOf(env: Env): Promise<SandboxOptions> {
  const { DB, SANDBOX_TOKEN: token, SANDBOX_OPEN } = env;
  return {
    store: d1Store(DB),
    privateKey: await privateKeyOf(env),
    access: { token, open: SANDBOX_OPEN === 'loopback' ? 'loopback' : undefined },
    ready: readyOf(env),
    ledgerRows: ledgerRowsOf(env),
    headerCase: headerCaseOf(env),
    variant: variantOf(env),
  };
}

async function privateKeyOf({ GATEWAY_PRIVATE_KEY: text }: Env): Promise<PrivateKey> {
  const expected = 'expected an RSA private key of 2048 bits or more, as PEM or bare base64';
  if (!text) throw new ConfigurationInvalid('GATEWAY_PRIVATE_KEY', `is missing; ${expected}`);
  return importPrivateKey(text).catch((cause) => {
    throw new ConfigurationInvalid('GATEWAY_PRIVATE_KEY', `is not such a key; ${expected}`, cause);
  });
}

function ledgerRowsOf({ LEDGER_ROWS = '10000' }: Env): number {
  if (/^[1-9]\d{0,6}$/.test(LEDGER_ROWS)) return Number(LEDGER_ROWS);
  throw new ConfigurationInvalid('LEDGER_ROWS', 'must be a whole number from 1 to 9999999');
}

function headerCaseOf({ HEADER_CASE = 'lower' }: Env): HeaderCase {
  if (HEADER_CASE === 'lower' || HEADER_CASE === 'title') return HEADER_CASE;
  throw new ConfigurationInvalid('HEADER_CASE', 'must be lower or title');
}

function variantOf({ VARIANT }: Env): string | undefined {
  if (!VARIANT || variants.some(({ name }) => name === VARIANT)) return VARIANT || undefined;
  throw new ConfigurationInvalid('VARIANT', `must be one of ${variants.map(({ name }) => name).join(', ')}`);
}

const vReady = v.pipe(
  v.string(),
  v.parseJson(),
  v.strictObject({
    clientId: v.string(),
    keyVersion: v.string(),
    merchantPrivateKey: v.string(),
    gatewayPublicKey: v.string(),
    pass: v.strictObject({
      passId: v.string(),
      merchantId: v.string(),
      userId: v.string(),
      templateCode: v.string(),
    }),
  }),
);

function readyOf({ SANDBOX_MERCHANT }: Env): ReadyMerchant | undefined {
  if (!SANDBOX_MERCHANT) return undefined;
  const { success, output } = v.safeParse(vReady, SANDBOX_MERCHANT);
  if (success) return output;
  throw new ConfigurationInvalid('SANDBOX_MERCHANT', 'must be the JSON that the local starter sets');
}
