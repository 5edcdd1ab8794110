/**
 * Options of commands and where their values come from: the command line, then the environment, then
 * `alipayhk-pass.config.json`. One table per option says all three, and the help text is made from it.
 */

import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Config } from './config.ts';
import { UsageError } from './exit.ts';
import { withoutEnd } from './text.ts';

/** One option of a command. */
export interface Option {
  /** What it is, for the help text. */
  help: string;
  /** What its value is called, as `FILE`; an option without it is a switch. */
  value?: string;
  /** The environment variable that holds it. */
  env?: string;
  /** May be given more than once. */
  multiple?: boolean;
  /** Key in the configuration file; none for what belongs to one call. */
  config?: string;
  /** The default, for the help text; the command applies it. */
  unless?: string;
}
export type Options = Record<string, Option>;

/** A value with its origin, for errors and for paths, which a configuration file gives relative to itself. */
export interface Setting {
  value: string;
  from: 'flag' | 'environment' | 'config';
  /** How the user wrote it: `--client-id`, `CLIENT_ID`, `"clientId" in alipayhk-pass.config.json`. */
  name: string;
}

/** The command line of one command, with what the environment and the configuration file add. */
export class Input {
  readonly positionals: string[];
  readonly #flags: Record<string, string | boolean | (string | boolean)[] | undefined>;
  readonly #options: Options;
  readonly #config: Config;

  constructor(args: string[], options: Options, config: Config) {
    this.#options = options;
    this.#config = config;
    const { values, positionals } = parseCommandLine(args, options);
    this.#flags = values;
    this.positionals = positionals;
  }

  /** The value of an option, from wherever it comes; an empty variable counts as none. */
  setting(name: string): Setting | undefined {
    const { env, config } = this.#option(name);
    const flag = this.#flags[name];
    if (flag !== undefined)
      return { value: String(Array.isArray(flag) ? flag.at(-1) : flag), from: 'flag', name: `--${name}` };
    const variable = env === undefined ? undefined : process.env[env];
    if (env !== undefined && variable) return { value: variable, from: 'environment', name: env };
    const configured = config === undefined ? undefined : this.#config.values[config];
    if (configured === undefined) return undefined;
    return { value: String(configured), from: 'config', name: `"${config}" in ${this.#config.path}` };
  }

  text(name: string): string | undefined {
    return this.setting(name)?.value;
  }

  /** A path; in the configuration file it is relative to that file. */
  path(name: string): string | undefined {
    const setting = this.setting(name);
    if (setting?.from !== 'config' || setting.value === '-') return setting?.value;
    return resolve(dirname(this.#config.path), setting.value);
  }

  /** @throws UsageError when there is none */
  required(name: string): string {
    const value = this.text(name);
    if (value === undefined) throw new UsageError(this.missing(name));
    return value;
  }

  /** Says what is missing and every place where it could be. */
  missing(name: string): string {
    const { env, config, value } = this.#option(name);
    const places = [
      `--${name} ${value}`,
      ...(env ? [env] : []),
      ...(config ? [`"${config}" in alipayhk-pass.config.json`] : []),
    ];
    return `${name} is missing; expected ${places.join(' or ')}`;
  }

  isSet(name: string): boolean {
    const setting = this.setting(name);
    if (setting === undefined) return false;
    if (['true', '1'].includes(setting.value)) return true;
    if (['false', '0'].includes(setting.value)) return false;
    throw new UsageError(`${setting.name} must be true or false`);
  }

  all(name: string): string[] {
    this.#option(name);
    return [this.#flags[name] ?? []].flat().map(String);
  }

  /**
   * @param least - smallest number that is accepted
   * @throws UsageError for what is no such number
   */
  number(
    name: string,
    least: number,
    { whole = true, most = Number.MAX_SAFE_INTEGER }: { whole?: boolean; most?: number } = {},
  ): number | undefined {
    const setting = this.setting(name);
    if (setting === undefined) return undefined;
    const number = /^\d+(\.\d+)?$/.test(setting.value) ? Number(setting.value) : Number.NaN;
    if (!(number >= least) || (whole && !Number.isSafeInteger(number))) {
      throw new UsageError(`${setting.name} must be a ${whole ? 'whole ' : ''}number of at least ${least}`);
    }
    if (number > most) throw new UsageError(`${setting.name} must be at most ${most}`);
    return number;
  }

  /** @throws UsageError for what no timer takes */
  milliseconds(name: string, least: number): number | undefined {
    return this.number(name, least, { most: 2 ** 31 - 1 });
  }

  /** @throws UsageError for anything that is not listed */
  choice<const Name extends string>(name: string, known: readonly Name[]): Name | undefined {
    const setting = this.setting(name);
    if (setting === undefined) return undefined;
    const found = known.find((each) => each === setting.value);
    if (found === undefined) throw new UsageError(`${setting.name} must be one of ${known.join(', ')}`);
    return found;
  }

  #option(name: string): Option {
    const option = this.#options[name];
    if (option === undefined) throw new Error(`the command has no option ${name}`);
    return option;
  }
}

function parseCommandLine(args: string[], options: Options) {
  const types = Object.entries(options).map(([name, { value, multiple = false }]) => {
    const short = name === 'help' ? { short: 'h' } : {};
    return [name, { type: value === undefined ? ('boolean' as const) : ('string' as const), multiple, ...short }];
  });
  try {
    return parseArgs({ args, options: Object.fromEntries(types), allowPositionals: true, strict: true });
  } catch (error) {
    const { message } = error as Error;
    const [, unknown] = /^Unknown option '(.+?)'/.exec(message) ?? [];
    if (unknown !== undefined) throw new UsageError(`unknown option ${unknown}`);
    const [, ambiguous = ''] = /^Option '(?:-\w, )?(--[\w-]+)/.exec(message) ?? [];
    if (ambiguous && message.includes("' argument is ambiguous"))
      throw new UsageError(`${ambiguous} has no value; one that begins with a dash is given as ${ambiguous}=-…`);
    throw new UsageError(withoutEnd(message.split('\n', 1)[0] ?? '', '. '));
  }
}
