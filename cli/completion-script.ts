export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

export interface CommandWords {
  readonly name: string;
  readonly about: string;
}

/**
 * A script that asks the program for the words that fit (complete.ts): it starts no agent and is back in an instant. Where
 * none fits a file is completed, and after "--" another program's line. zsh and fish also show what each command does.
 */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string {
  return { bash, zsh, fish, powershell }[shell](commands);
}

function bash(): string {
  return `_keyharbor() {
  local current word line names before words_before IFS
  # After "--" another program's words follow.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ "$word" = -- ]; then COMPREPLY=($(compgen -c -- "\${COMP_WORDS[COMP_CWORD]}")); return; fi
  done
  # Bash cuts words at ":" and "=", which stand in names: look at the line itself.
  line=\${COMP_LINE:0:COMP_POINT}
  current=\${line##*[[:space:]]}
  before=\${current%"\${current##*[:=]}"}
  IFS=$' \\t\\n'
  read -ra words_before <<<"\${line%"$current"}"
  names=$("\${COMP_WORDS[0]/#\\~/$HOME}" __complete "\${words_before[@]:1}" "$current" 2>/dev/null)
  IFS=$'\\n'
  if [ -n "$names" ]; then
    COMPREPLY=($names)
    COMPREPLY=("\${COMPREPLY[@]#"$before"}")
  else
    # A file where no word fits.
    COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
    compopt -o filenames 2>/dev/null
  fi
}
complete -F _keyharbor keyharbor kh
`;
}

/** Single quotes of a shell; the texts are ours and hold no line breaks. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function zsh(commands: readonly CommandWords[]): string {
  const described = commands.map(({ name, about }) => `    ${quote(`${name}:${about.replaceAll(':', '\\:')}`)}`);
  return `#compdef keyharbor kh
_keyharbor() {
  local -a commands
  commands=(
${described.join('\n')}
    'help:show help'
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  if (( \${words[(I)--]} > 0 && \${words[(I)--]} < CURRENT )); then
    shift \${words[(I)--]} words
    (( CURRENT = \${#words} ))
    _normal
    return
  fi
  local -a names
  names=(\${(f)"$("\${(Q)words[1]/#\\~/$HOME}" __complete "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)"})
  if (( \${#names} )); then
    compadd -- $names
    return
  fi
  _files
}
if [ "\${funcstack[1]}" = _keyharbor ]; then _keyharbor "$@"; else compdef _keyharbor keyharbor kh; fi
`;
}

function fish(commands: readonly CommandWords[]): string {
  const lines = ['keyharbor', 'kh'].flatMap((program) => [
    `complete -c ${program} -f`,
    `complete -c ${program} -n __fish_use_subcommand -a help -d 'show help'`,
    `complete -c ${program} -n 'not __fish_use_subcommand' -a '(__keyharbor_words)'`,
    ...commands.map(
      ({ name, about }) => `complete -c ${program} -n __fish_use_subcommand -a ${name} -d ${quote(about)}`,
    ),
  ]);
  return `function __keyharbor_words
  set -l typed (commandline -opc)
  set -l at (contains -i -- -- $typed)
  if test -n "$at"
    __fish_complete_subcommand --fcs-skip=$at
    return
  end
  set -l names ($typed[1] __complete $typed[2..-1] (commandline -ct) 2>/dev/null)
  if test (count $names) -gt 0
    printf '%s\\n' $names
  else
    __fish_complete_path (commandline -ct)
  end
end
${lines.join('\n')}
`;
}

function powershell(commands: readonly CommandWords[]): string {
  const all = [...commands.map(({ name }) => name), 'help'].map((name) => `'${name}'`).join(', ');
  return `Register-ArgumentCompleter -Native -CommandName keyharbor, kh -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $typed = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $before = @($typed | Select-Object -Skip 1)
  if ($wordToComplete -ne '') { $before = @($before | Select-Object -SkipLast 1) }
  $choices = if ($before.Count -eq 0) { @(${all}) } else { @(& $typed[0] __complete @before $wordToComplete 2>$null) }
  $choices | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
