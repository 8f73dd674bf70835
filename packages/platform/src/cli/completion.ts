/** What can follow a command, as far as it is known beforehand. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly string[];
  /** What may come after one of these words; where there are such, nothing comes after the others. */
  readonly wordsAfter: Readonly<Record<string, readonly string[]>>;
  /** The user's own applications follow it too: they are looked up when a line is completed. */
  readonly takesApps: boolean;
  /** Any program of the machine follows it. */
  readonly takesPrograms: boolean;
  readonly options: readonly CompletedOption[];
}

export interface CompletedOption {
  readonly name: string;
  readonly short?: string;
  readonly help: string;
  /** Undefined: it takes none; empty: any. */
  readonly values?: readonly string[];
}

type Generate = (commands: readonly CompletedCommand[]) => string;

/** Prints the applications of the folder's configuration. */
const lookUp = "completion apps";

const flag = ({ name }: CompletedOption): string => `--${name}`;
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter((option) => option.values)
      .map((option) => `    '${name} ${flag(option)}') words='${option.values?.join(" ")}' ;;`),
  );
  const cases = commands.map(
    ({ name, words, options, takesApps, takesPrograms }) =>
      `    ${name}) words='${words.join(" ")}' options='${options.map(flag).join(" ")}'${takesApps ? " apps=yes" : ""}${takesPrograms ? " programs=yes" : ""} ;;`,
  );
  const after = commands.flatMap(({ name, wordsAfter }) => [
    ...Object.entries(wordsAfter).map(
      ([word, words]) => `    '${name} ${word}') words='${words.join(" ")}' ;;`,
    ),
    ...(Object.keys(wordsAfter).length > 0 ? [`    '${name} '*) words= ;;`] : []),
  ]);
  return `# devstack completion for bash: eval "$(./devstack completion bash)"
_devstack() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]} words options= apps= programs=
  ((COMP_CWORD > 1)) || command=
  case $command in
    '') words='${commands.map(({ name }) => name).join(" ")}' ;;
${cases.join("\n")}
  esac
  ((COMP_CWORD < 3)) || case "$command \${COMP_WORDS[2]}" in
${after.join("\n")}
  esac
  [[ -z $apps || $cur == -* ]] || words+=" $("\${COMP_WORDS[0]}" ${lookUp} 2>/dev/null || :)"
  [[ $cur != -* ]] || words=$options
  case "$command \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [[ -z $programs || $cur == -* ]] || COMPREPLY+=($(compgen -c -- "$cur"))
}
complete -o bashdefault -o default -F _devstack devstack ./devstack`;
}

function zsh(commands: readonly CompletedCommand[]): string {
  const described = commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`);
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter((option) => option.values)
      .map(
        (option) =>
          `    '${name} ${flag(option)}') compadd -- ${option.values?.join(" ")}; return ;;`,
      ),
  );
  const after = commands.flatMap(({ name, options, wordsAfter }) => [
    ...Object.entries(wordsAfter).map(
      ([word, words]) => `    '${name} ${word}') compadd -- ${words.join(" ")}; return ;;`,
    ),
    ...(Object.keys(wordsAfter).length > 0
      ? [`    '${name} '*) compadd -- ${options.map(flag).join(" ")}; return ;;`]
      : []),
  ]);
  const cases = commands.map(
    ({ name, words, options, takesApps, takesPrograms }) =>
      `    ${name}) compadd -- ${[...words, ...options.map(flag), ...(takesApps ? [`\${(f)"$($words[1] ${lookUp} 2>/dev/null)"}`] : [])].join(" ")}${takesPrograms ? "; compadd -k commands" : ""} ;;`,
  );
  return `#compdef devstack
# devstack completion for zsh: eval "$(./devstack completion zsh)"
_devstack() {
  local -a described
  described=(
${described.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command described
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${values.join("\n")}
  esac
  ((CURRENT < 4)) || case "$words[2] $words[3]" in
${after.join("\n")}
  esac
  case $words[2] in
${cases.join("\n")}
    *) _default ;;
  esac
}
compdef _devstack devstack ./devstack`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap((command) => {
    const { name, summary, words, wordsAfter, options, takesApps, takesPrograms } = command;
    const follow = `complete -c devstack -n '__devstack_is ${name}'`;
    const first = Object.keys(wordsAfter).length > 0 ? "__devstack_is_last" : "__devstack_is";
    return [
      `complete -c devstack -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
      ...(words.length > 0
        ? [`complete -c devstack -n '${first} ${name}' -a '${words.join(" ")}'`]
        : []),
      ...Object.entries(wordsAfter).map(
        ([word, after]) =>
          `complete -c devstack -n '__devstack_is_last ${name} ${word}' -a '${after.join(" ")}'`,
      ),
      ...(takesApps ? [`${follow} -a '(__devstack_apps)'`] : []),
      ...(takesPrograms ? [`${follow} -a '(__fish_complete_command)'`] : []),
      ...options.map(
        (option) =>
          `${follow} -l ${option.name}${option.short ? ` -s ${option.short}` : ""}${option.values ? ` -x -a '${option.values.join(" ")}'` : ""} -d ${quote(option.help)}`,
      ),
    ];
  });
  return `# devstack completion for fish: ./devstack completion fish | source
function __devstack_is
  set -l words (commandline -opc)
  test "$words[2..$(math (count $argv) + 1)]" = "$argv"
end
function __devstack_is_last
  set -l words (commandline -opc)
  test "$words[2..-1]" = "$argv"
end
function __devstack_apps
  set -l self (eval echo (commandline -opc)[1])
  type -q $self; and $self ${lookUp} 2>/dev/null
end
complete -c devstack -f
${lines.join("\n")}`;
}

export const completionScripts: Readonly<Record<string, Generate>> = { bash, zsh, fish };
