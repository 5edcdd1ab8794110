/** The command `alipayhk-pass`: finds the command, reads its settings, runs it, and ends with one of the exit codes. */

import { type Command, commonOptions } from './command.ts';
import { commands } from './commands/index.ts';
import { readConfig } from './config.ts';
import { type ExitCode, exitCodes, reportError, UsageError } from './exit.ts';
import { commandHelp, generalHelp } from './help.ts';
import { Input, type Option } from './options.ts';
import { print, printError, printJson } from './output.ts';
import { version } from './version.ts';

async function main(args: string[]): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    const [topic, ...more] = rest;
    if (more.length > 0)
      throw new UsageError(`unexpected argument ${quote(more[0])}; expected alipayhk-pass help COMMAND`);
    print(topic === undefined ? generalHelp(commands) : commandHelp(topic, commandNamed(topic)));
    return exitCodes.done;
  }
  if (name === '--version') {
    if (rest.length > 0)
      throw new UsageError(`unexpected argument ${quote(rest[0])}; expected alipayhk-pass --version`);
    print(version);
    return exitCodes.done;
  }
  return runCommand(name, commandNamed(name), rest);
}

async function runCommand(name: string, command: Command, args: string[]): Promise<ExitCode> {
  const options = { ...command.options, ...commonOptions };
  const flags = new Input(args, options, { path: '', values: {} });
  if (flags.isSet('help')) {
    print(commandHelp(name, command));
    return exitCodes.done;
  }
  const config = readConfig(flags.text('config'), configKeys());

  const input = new Input(args, options, config);
  const [least, most] = command.positionals;
  const { length } = input.positionals;
  if (length < least || length > most) {
    const problem = length < least ? 'an argument is missing' : `unexpected argument ${quote(input.positionals[most])}`;
    throw new UsageError(`${problem}; expected alipayhk-pass ${name} ${command.usage}`);
  }
  return (await command.run(input)) ?? exitCodes.done;
}

/** The keys that the configuration file may have: those of every command, whichever runs. */
function configKeys(): ReadonlySet<string> {
  const options = Object.values(commands).flatMap((command) => Object.values<Option>(command.options));
  return new Set(options.flatMap(({ config }) => config ?? []));
}

function commandNamed(name: string): Command {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command !== undefined) return command;
  const what = name.startsWith('-') ? 'option' : 'command';
  throw new UsageError(`unknown ${what} ${quote(name)}; see alipayhk-pass --help`);
}

/** What the user wrote may be anything: its beginning, on one line. */
function quote(text = ''): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

const args = process.argv.slice(2);
process.stdout.on('error', () => undefined); // writes are synchronous and throw by themselves
try {
  process.exitCode = await main(args);
} catch (error) {
  const report = reportError(error);
  process.exitCode = report.exitCode;
  if (process.env.ALIPAYHK_PASS_DEBUG) printError(String((error as Error).stack));
  printError(
    `alipayhk-pass: ${report.error.message}${report.error.tracerId ? ` (Tracer-Id ${report.error.tracerId})` : ''}`,
  );
  if (args.includes('--json')) {
    try {
      printJson(report);
    } catch {
      // closed; the line on standard error is there
    }
  }
}
