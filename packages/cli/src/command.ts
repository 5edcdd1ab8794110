/** A command: what it takes, what its help says, what it does. */
import type { ExitCode } from './exit.ts';
import type { Input, Options } from './options.ts';

/** One command of `alipayhk-pass`. */
export interface Command {
  /** One line, for the list of commands. */
  summary: string;
  /** What follows the name, as `[FILE]`. */
  usage: string;
  /** How many positional arguments there may be. */
  positionals: readonly [least: number, most: number];
  options: Options;
  /** Paragraphs below the summary. */
  details?: string;
  /** A table below the options: its title, and what a value is for. */
  table?: { title: string; rows: readonly (readonly [value: string, meaning: string])[] };
  /** What an example does, and its command line. */
  examples: readonly (readonly [what: string, line: string])[];
  /**
   * Does it.
   *
   * @returns the exit code, 0 unless given
   * @throws whatever `reportError` knows
   */
  run(input: Input): Promise<ExitCode | undefined>;
}

/** Options that every command has. */
export const commonOptions = {
  json: { help: 'print JSON for machines' },
  config: { help: 'configuration file', value: 'FILE', unless: 'alipayhk-pass.config.json, if there is one' },
  help: { help: 'print this text' },
} as const satisfies Options;
