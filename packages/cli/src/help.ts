/** Help texts, made from the tables of the commands. */
import { type Command, commonOptions } from './command.ts';
import { exitCodeTexts } from './exit.ts';
import type { Options } from './options.ts';
import { colour } from './output.ts';

/** The text of `alipayhk-pass --help`. */
export function generalHelp(commands: Record<string, Command>): string {
  const rows = Object.entries(commands).map(([name, { summary }]) => [name, summary] as const);
  return [
    `${colour('bold', 'alipayhk-pass')}: AlipayHK's updatePass from a terminal`,
    section('Usage', ['alipayhk-pass COMMAND [options]', 'alipayhk-pass COMMAND --help', 'alipayhk-pass --version']),
    section('Commands', columns(rows)),
    section('Settings', [
      'Each comes from the command line, else from the environment, else from alipayhk-pass.config.json in the current',
      'folder. Keys come from files, from the environment or from standard input (-), never from the command line.',
    ]),
    exitSection(),
    section('Start here', ['alipayhk-pass sandbox', 'alipayhk-pass update --help']),
  ].join('\n\n');
}

/** The text of `alipayhk-pass COMMAND --help`. */
export function commandHelp(name: string, { summary, usage, details, options, table, examples }: Command): string {
  const examplesText = examples.flatMap(([what, line], index) => [...(index ? [''] : []), `# ${what}`, line]);
  return [
    `${colour('bold', `alipayhk-pass ${name}`)}: ${summary}`,
    section('Usage', [`alipayhk-pass ${name} ${usage}`.trim()]),
    ...(details ? details.split('\n\n').map((text) => wrap(text.replaceAll('\n', ' '), 118).join('\n')) : []),
    section('Options', optionRows({ ...options, ...commonOptions })),
    ...(table ? [section(table.title, columns(table.rows))] : []),
    section('Examples', examplesText),
    exitSection(),
  ].join('\n\n');
}

function optionRows(options: Options): string[] {
  const rows = Object.entries(options).map(([name, { help, value, env, config, unless, multiple }]) => {
    const short = name === 'help' ? '-h, ' : '';
    const notes = [
      unless && `default: ${unless}`,
      multiple && 'may be repeated',
      env && `environment: ${env}`,
      config && `config: "${config}"`,
    ];
    const said = notes.filter(Boolean).join('; ');
    return [`${short}--${name}${value ? ` ${value}` : ''}`, said ? `${help} (${said})` : help] as const;
  });
  return columns(rows);
}

function exitSection(): string {
  return section('Exit codes', columns(Object.entries(exitCodeTexts)));
}

function section(title: string, lines: string[]): string {
  return [colour('bold', title), ...lines.map((line) => (line ? `  ${line}` : ''))].join('\n');
}

/** Two columns; a long first one gets a line to itself, a long second one is wrapped. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(28, Math.max(...rows.map(([first]) => first.length)));
  return rows.flatMap(([first, second]) => {
    const [line = '', ...more] = wrap(second, 114 - width);
    const rest = more.map((each) => `${' '.repeat(width + 2)}${each}`);
    return first.length > width
      ? [first, `${' '.repeat(width + 2)}${line}`, ...rest]
      : [`${first.padEnd(width)}  ${line}`, ...rest];
  });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
