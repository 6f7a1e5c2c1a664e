// Each hands the words up to the cursor to `holdfast complete`, which answers a line for each candidate: the word, a tab, and what
// it means. After -- so that none of them is taken for an option of that command.

const BASH = `# holdfast
_holdfast() {
  local IFS=$'\\n' words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  local line
  while IFS= read -r line; do COMPREPLY+=("\${line%%$'\\t'*}"); done < <(holdfast complete -- "\${words[@]}" 2>/dev/null)
  COMPREPLY=($(printf '%s\\n' "\${COMPREPLY[@]}" | while IFS= read -r line; do [ -n "$line" ] && printf '%q\\n' "$line"; done))
}
complete -F _holdfast holdfast
`;

const ZSH = `#compdef holdfast
_holdfast() {
  local -a found
  local line
  while IFS= read -r line; do
    found+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done < <(holdfast complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe holdfast found
}
compdef _holdfast holdfast
`;

const FISH = `# holdfast
complete -c holdfast -f -a '(holdfast complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`;

/** What each shell is given. */
export const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, fish: FISH, zsh: ZSH };
