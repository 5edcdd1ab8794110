/** `completion`: a script for a shell, made from the tables of the commands. */
import type { Command } from '../command.ts';
import { type Shell, scriptFor, shells } from '../completion/script.ts';
import { UsageError } from '../exit.ts';
import { print } from '../output.ts';

/**
 * @param commandsOf - every command, this one included; a function, because this one is among them
 */
export const completionOf = (commandsOf: () => Record<string, Command>): Command => ({
  summary: 'print a completion script for a shell',
  usage: 'bash|zsh|fish',
  positionals: [1, 1],
  options: {},
  examples: [
    ['bash, in ~/.bashrc', 'source <(alipayhk-pass completion bash)'],
    ['zsh, in ~/.zshrc after compinit', 'source <(alipayhk-pass completion zsh)'],
    ['fish', 'alipayhk-pass completion fish > ~/.config/fish/completions/alipayhk-pass.fish'],
  ],
  async run(input) {
    const shell = shells.find((each): each is Shell => each === input.positionals[0]);
    if (shell === undefined)
      throw new UsageError(`unknown shell ${JSON.stringify(input.positionals[0])}; expected bash, zsh or fish`);
    print(scriptFor(shell, commandsOf()));
    return undefined;
  },
});
