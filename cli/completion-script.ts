export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

export interface CommandWords {
  readonly name: string;
  readonly about: string;
  /** Sub-commands and options. */
  readonly words: readonly string[];
}

/**
 * A script with the words of all commands. Names of credentials, providers and clients it asks the program for, which
 * starts no agent and is back in an instant (complete.ts).
 */
export function completionScript(shell: Shell, commands: readonly CommandWords[]): string {
  return { bash, zsh, fish, powershell }[shell](commands);
}

const names = (commands: readonly CommandWords[]): string => [...commands.map(({ name }) => name), 'help'].join(' ');

function bash(commands: readonly CommandWords[]): string {
  const cases = commands.map(({ name, words }) => `    ${name}) words='${words.join(' ')}' ;;`).join('\n');
  return `_keyharbor() {
  local current=\${COMP_WORDS[COMP_CWORD]} words='' word line names before words_before
  # After "--" another program's words follow.
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    if [ "$word" = -- ]; then COMPREPLY=($(compgen -c -- "$current")); return; fi
  done
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${names(commands)} --help --version' -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
    help) words='${names(commands)}' ;;
${cases}
  esac
  # Bash cuts words at ":" and "=", which stand in names: look at the line itself.
  line=\${COMP_LINE:0:COMP_POINT}
  current=\${line##*[[:space:]]}
  before=\${current%"\${current##*[:=]}"}
  if [[ $current != -* ]]; then
    read -ra words_before <<<"\${line%"$current"}"
    names=$("\${words_before[0]}" __complete "\${words_before[@]:1}" "$current" 2>/dev/null)
    if [ -n "$names" ]; then
      local IFS=$'\\n'
      COMPREPLY=($names)
      COMPREPLY=("\${COMPREPLY[@]#"$before"}")
      return
    fi
  fi
  current=\${COMP_WORDS[COMP_CWORD]}
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  # A file where no word fits.
  if [ \${#COMPREPLY[@]} -eq 0 ]; then COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -F _keyharbor keyharbor kh
`;
}

/** Single quotes of a shell; the texts are ours and hold no line breaks. */
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function zsh(commands: readonly CommandWords[]): string {
  const described = commands.map(({ name, about }) => `    ${quote(`${name}:${about.replaceAll(':', '\\:')}`)}`);
  const cases = commands.map(({ name, words }) => `    ${name}) compadd -- ${words.join(' ')} ;;`).join('\n');
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
  if [[ $PREFIX != -* ]]; then
    names=(\${(f)"$("\${words[1]}" __complete "\${(@)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)"})
    if (( \${#names} )); then
      compadd -- $names
      return
    fi
  fi
  case \${words[2]} in
    help) _describe command commands ;;
${cases}
  esac
  _files
}
if [ "\${funcstack[1]}" = _keyharbor ]; then _keyharbor "$@"; else compdef _keyharbor keyharbor kh; fi
`;
}

function fish(commands: readonly CommandWords[]): string {
  const lines = ['keyharbor', 'kh'].flatMap((program) => [
    `complete -c ${program} -n __fish_use_subcommand -f -a help -d 'show help'`,
    `complete -c ${program} -n 'not __fish_use_subcommand' -f -a '(${program} __complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'`,
    ...commands.flatMap(({ name, about, words }) => [
      `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quote(about)}`,
      ...words.map((word) => fishWord(program, name, word)),
    ]),
  ]);
  return `${lines.join('\n')}\n`;
}

function fishWord(program: string, command: string, word: string): string {
  const when = `complete -c ${program} -n '__fish_seen_subcommand_from ${command}'`;
  return word.startsWith('--') ? `${when} -l ${word.slice(2)}` : `${when} -f -a ${word}`;
}

function powershell(commands: readonly CommandWords[]): string {
  const list = (words: readonly string[]): string => words.map((word) => `'${word}'`).join(', ');
  const entries = commands.map(({ name, words }) => `    '${name}' = @(${list(words)})`).join('\n');
  return `Register-ArgumentCompleter -Native -CommandName keyharbor, kh -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @{
${entries}
  }
  $typed = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
  $atCommand = $typed.Count -lt 2 -or ($typed.Count -eq 2 -and $wordToComplete -ne '')
  $choices = if ($atCommand -or $typed[1] -eq 'help') { @($words.Keys | Sort-Object) + 'help' } else { $words[$typed[1]] }
  if (-not $atCommand -and -not $wordToComplete.StartsWith('-')) {
    $before = @($typed | Select-Object -Skip 1)
    if ($wordToComplete -ne '') { $before = @($before | Select-Object -SkipLast 1) }
    $names = @(& $typed[0] __complete @before $wordToComplete 2>$null)
    if ($names.Count -gt 0) { $choices = $names }
  }
  $choices | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`;
}
