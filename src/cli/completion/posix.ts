import { quoted } from './quoted.ts';
import type { Candidate, Verb } from './verb.ts';

/** For `eval "$(lvsctl completion bash)"`, or a file of bash-completion. */
export function bashScript(verbs: readonly Verb[]): string {
  return `# bash completion of lvsctl
${functions(verbs)}

_lvsctl() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" verb line
  # bash takes = for a word of its own.
  if [ "$cur" = '=' ]; then cur=
  elif [ "$prev" = '=' ]; then prev="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  COMPREPLY=()
  verb=$(__lvsctl_verb "\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  while IFS= read -r line; do
    line="\${line%%$'\\t'*}"
    if [ "$line" = ':files' ]; then
      compopt -o filenames 2>/dev/null
      while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$cur")
    elif [[ "$line" == "$cur"* ]]; then COMPREPLY+=("$line")
    fi
  done < <(__lvsctl_candidates "$verb" "$prev" "$cur")
}

complete -F _lvsctl lvsctl`;
}

/** For \`eval "$(lvsctl completion zsh)"\`, or the file \`_lvsctl\` in a folder of $fpath. */
export function zshScript(verbs: readonly Verb[]): string {
  return `#compdef lvsctl
# zsh completion of lvsctl
${functions(verbs)}

_lvsctl() {
  local verb line
  local -a found
  verb=$(__lvsctl_verb "\${(@)words[2,CURRENT-1]}")
  for line in "\${(@f)$(__lvsctl_candidates "$verb" "\${words[CURRENT-1]}" "\${words[CURRENT]}")}"; do
    if [[ "$line" == ':files' ]]; then
      _files
      return
    fi
    [[ -n "$line" ]] && found+=("\${line/$'\\t'/:}")
  done
  _describe -V lvsctl found
}

if [[ "\${funcstack[1]}" == _lvsctl ]]; then _lvsctl "$@"
else compdef _lvsctl lvsctl
fi`;
}

/** Functions for both shells: find the verb in the command line, and list the candidates at a position. */
function functions(verbs: readonly Verb[]): string {
  const paths = verbs.flatMap(({ path }) => (path === '' ? [] : [quoted(path.includes(' ') ? path : ` ${path}`)]));
  return `# The verb among the words that are given.
__lvsctl_verb() {
  local verb= word
  for word do
    case "$verb $word" in
    ${paths.join('|')}) verb="\${verb:+$verb }$word" ;;
    esac
  done
  printf '%s' "$verb"
}

# What may stand behind a verb and the word before it, one a line with its meaning behind a tab; :files are files.
__lvsctl_candidates() {
  case "$1:$2" in
${verbs.flatMap(valueCases).join('\n')}
  esac
  case "$1:$3" in
${verbs.flatMap(wordCases).join('\n')}
  esac
}`;
}

/** Cases for values of flags. */
function valueCases({ path, flags }: Verb): readonly string[] {
  return flags.flatMap(({ names, value }) => {
    if (value === 'none') return [];
    const patterns = names.map((name) => quoted(`${path}:${name}`)).join('|');
    return [`  ${patterns}) ${value === undefined ? '' : `${printed(value)}; `}return ;;`];
  });
}

/** Cases for flags and arguments. */
function wordCases({ path, verbs, flags, argument }: Verb): readonly string[] {
  const names = flags.flatMap((flag) => flag.names.map((word) => ({ word, description: flag.description })));
  const words = verbs.length > 0 ? verbs : argument;
  return [
    ...(names.length === 0 ? [] : [`  ${quoted(`${path}:-`)}*) ${printed(names)} ;;`]),
    ...(words === undefined ? [] : [`  ${quoted(`${path}:`)}*) ${printed(words)} ;;`]),
  ];
}

function printed(candidates: readonly Candidate[] | 'files'): string {
  if (candidates === 'files') return "printf ':files\\n'";
  const lines = candidates.map(({ word, description }) =>
    quoted(description === '' ? word : `${word}\t${description}`),
  );
  return `printf '%s\\n' ${lines.join(' ')}`;
}
