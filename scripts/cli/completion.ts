import type { Command } from 'commander';
import { sendOptions } from '../send/arguments.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** A script that completes the names of commands and their options, for a shell to read at its start. */
export function completionFor(shell: Shell, program: Command): string {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.summary() || command.description(),
    // Its options are read elsewhere.
    options:
      command.name() === 'send' ? Object.keys(sendOptions).map((name) => `--${name}`) : command.options.flatMap(({ long }) => long ?? []),
  }));
  if (shell === 'fish') {
    return [
      'complete -c rollcall -f',
      "complete -c rollcall -n '__fish_seen_subcommand_from send export' -F",
      ...commands.flatMap(({ name, description, options }) => [
        `complete -c rollcall -n __fish_use_subcommand -a ${name} -d '${description.replaceAll("'", "\\'")}'`,
        ...options.map((option) => `complete -c rollcall -n '__fish_seen_subcommand_from ${name}' -l ${option.slice(2)}`),
      ]),
    ].join('\n');
  }
  const bash = [
    '_rollcall() {',
    `  local current="\${COMP_WORDS[COMP_CWORD]}" words=""`,
    '  if [ "$COMP_CWORD" -eq 1 ]; then',
    `    words="${commands.map(({ name }) => name).join(' ')}"`,
    '  else',
    `    case "\${COMP_WORDS[1]}" in`,
    ...commands.map(({ name, options }) => `      ${name}) words="${options.join(' ')}" ;;`),
    '    esac',
    '  fi',
    '  COMPREPLY=($(compgen -W "$words" -- "$current"))',
    '}',
    'complete -o default -F _rollcall rollcall',
  ];
  return (shell === 'zsh' ? ['autoload -U +X compinit bashcompinit && compinit && bashcompinit', ...bash] : bash).join('\n');
}
