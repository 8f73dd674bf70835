/** What can follow a command, as far as it is known beforehand. */
export interface CompletedCommand {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly string[];
  /** The user's own applications follow it too: they are looked up when a line is completed. */
  readonly takesApps: boolean;
  readonly options: readonly CompletedOption[];
}

export interface CompletedOption {
  readonly name: string;
  readonly help: string;
  /** Undefined: it takes none; empty: any. */
  readonly values?: readonly string[];
}

type Generate = (commands: readonly CompletedCommand[]) => string;

/** Prints the applications of the folder's configuration. */
const lookUp = "completion apps 2>/dev/null";

const flag = ({ name }: CompletedOption): string => `--${name}`;
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(commands: readonly CompletedCommand[]): string {
  const values = commands.flatMap(({ name, options }) =>
    options
      .filter((option) => option.values)
      .map((option) => `    '${name} ${flag(option)}') words='${option.values?.join(" ")}' ;;`),
  );
  const cases = commands.map(
    ({ name, words, options, takesApps }) =>
      `    ${name}) words='${words.join(" ")}' options='${options.map(flag).join(" ")}'${takesApps ? " apps=yes" : ""} ;;`,
  );
  return `# devstack completion for bash: eval "$(./devstack completion bash)"
_devstack() {
  local cur=\${COMP_WORDS[COMP_CWORD]} command=\${COMP_WORDS[1]} words options= apps=
  ((COMP_CWORD > 1)) || command=
  case $command in
    '') words='${commands.map(({ name }) => name).join(" ")}' ;;
${cases.join("\n")}
  esac
  [[ -z $apps || $cur == -* ]] || words+=" $("\${COMP_WORDS[0]}" ${lookUp} || :)"
  [[ $cur != -* ]] || words=$options
  case "$command \${COMP_WORDS[COMP_CWORD-1]}" in
${values.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
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
  const cases = commands.map(
    ({ name, words, options, takesApps }) =>
      `    ${name}) compadd -- ${[...words, ...options.map(flag), ...(takesApps ? [`\${(f)"$($words[1] ${lookUp})"}`] : [])].join(" ")} ;;`,
  );
  return `#compdef devstack
# devstack completion for zsh: eval "$(./devstack completion zsh)"
_devstack() {
  local -a commands
  commands=(
${described.join("\n")}
  )
  if ((CURRENT == 2)); then
    _describe command commands
    return
  fi
  case "$words[2] $words[CURRENT-1]" in
${values.join("\n")}
  esac
  case $words[2] in
${cases.join("\n")}
    *) _default ;;
  esac
}
compdef _devstack devstack ./devstack`;
}

function fish(commands: readonly CompletedCommand[]): string {
  const lines = commands.flatMap(({ name, summary, words, options, takesApps }) => {
    const seen = `complete -c devstack -n '__fish_seen_subcommand_from ${name}'`;
    return [
      `complete -c devstack -n __fish_use_subcommand -a ${name} -d ${quote(summary)}`,
      ...(words.length > 0 ? [`${seen} -a '${words.join(" ")}'`] : []),
      ...(takesApps ? [`${seen} -a '(eval (commandline -opc)[1] ${lookUp})'`] : []),
      ...options.map(
        (option) =>
          `${seen} -l ${option.name}${option.values ? ` -x -a '${option.values.join(" ")}'` : ""} -d ${quote(option.help)}`,
      ),
    ];
  });
  return `# devstack completion for fish: ./devstack completion fish | source
complete -c devstack -f
${lines.join("\n")}`;
}

export const completionScripts: Readonly<Record<string, Generate>> = { bash, zsh, fish };
