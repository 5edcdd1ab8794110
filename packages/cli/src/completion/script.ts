/** Completion scripts: names of commands first, then options; files after options that take one, and elsewhere. */
import { type Command, commonOptions } from '../command.ts';
import type { Option } from '../options.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A command as a shell needs it. */
interface Entry {
  name: string;
  summary: string;
  options: [flag: string, option: Option][];
}

/** The script for a shell. */
export function scriptFor(shell: Shell, commands: Record<string, Command>): string {
  const entries = Object.entries(commands).map(([name, { summary, options }]): Entry => {
    const all: [string, Option][] = Object.entries<Option>({ ...options, ...commonOptions });
    return { name, summary, options: all.map(([flag, option]) => [`--${flag}`, option]) };
  });
  return { bash, zsh, fish }[shell](entries);
}

const takesFile = ({ value }: Option): boolean => value === 'FILE' || value === 'FOLDER';

/** Options with a value that is no file: nothing is offered for it. */
const otherValues = (entries: Entry[]): string[] => [
  ...new Set(
    entries.flatMap(({ options }) =>
      options.flatMap(([flag, option]) => (option.value && !takesFile(option) ? [flag] : [])),
    ),
  ),
];

function bash(entries: Entry[]): string {
  const cases = entries.map(
    ({ name, options }) => `    ${name}) options='${options.map(([flag]) => flag).join(' ')}' ;;`,
  );
  return `_alipayhk_pass() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${entries.map(({ name }) => name).join(' ')} help' -- "$word"))
    return
  fi
  case "$before" in
    ${otherValues(entries).join('|')}) return ;;
  esac
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) COMPREPLY=($(compgen -f -- "$word")) ;;
  esac
}
complete -o filenames -F _alipayhk_pass alipayhk-pass`;
}

/** In zsh's own words, in which colons and brackets have a meaning. */
const inZsh = (text: string): string => text.replace(/[[\]:'\\]/g, (each) => (each === "'" ? "'\\''" : `\\${each}`));

function zsh(entries: Entry[]): string {
  const names = entries.map(({ name, summary }) => `    '${name}:${inZsh(summary)}'`);
  const cases = entries.map(({ name, options }) => {
    const lines = options.map(([flag, option]) => {
      const value = option.value ? `:${option.value.toLowerCase()}:${takesFile(option) ? '_files' : ' '}` : '';
      return `'${option.multiple ? '*' : ''}${flag}[${inZsh(option.help)}]${value}'`;
    });
    return `    ${name}) _arguments ${lines.join(' ')} '*:file:_files' ;;`;
  });
  return `#compdef alipayhk-pass
_alipayhk_pass() {
  local -a commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
compdef _alipayhk_pass alipayhk-pass`;
}

function fish(entries: Entry[]): string {
  const quoted = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
  const names = entries.map(
    ({ name, summary }) => `complete -c alipayhk-pass -n __fish_use_subcommand -f -a ${name} -d ${quoted(summary)}`,
  );
  const options = entries.flatMap(({ name, options: all }) =>
    all.map(([flag, option]) => {
      const value = option.value ? (takesFile(option) ? ' -r -F' : ' -x') : '';
      const seen = quoted(`__fish_seen_subcommand_from ${name}`);
      return `complete -c alipayhk-pass -n ${seen} -l ${flag.slice(2)}${value} -d ${quoted(option.help)}`;
    }),
  );
  return [...names, ...options].join('\n');
}
