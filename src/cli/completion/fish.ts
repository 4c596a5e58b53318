import { quoted } from './quoted.ts';
import type { Candidate, Flag, Verb } from './verb.ts';

/** For `lvsctl completion fish | source`, or the file `lvsctl.fish` in a folder of completions. */
export function fishScript(verbs: readonly Verb[]): string {
  const paths = verbs.flatMap(({ path }) => (path === '' ? [] : [quoted(path.includes(' ') ? path : ` ${path}`)]));
  return `# fish completion of lvsctl
function __lvsctl_at --description 'whether the verb on the command line is the given one'
  set -l verb ''
  for word in (commandline -opc)[2..]
    switch "$verb $word"
      case ${paths.join(' ')}
        set verb (string trim "$verb $word")
    end
  end
  test "$verb" = "$argv"
end

complete -c lvsctl -f
${verbs.flatMap(linesOf).join('\n')}`;
}

function linesOf({ path, verbs, flags, argument }: Verb): readonly string[] {
  const at = `complete -c lvsctl -n ${quoted(`__lvsctl_at ${quoted(path)}`)}`;
  return [
    ...verbs.map((one) => `${at} -a ${described(one)}`),
    ...flags.map((flag) => `${at} ${namesOf(flag)}${valueOf(flag)} -d ${quoted(flag.description)}`),
    ...(argument === 'files' ? [`${at} -F`] : (argument ?? []).map((one) => `${at} -a ${described(one)}`)),
  ];
}

function described({ word, description }: Candidate): string {
  return description === '' ? quoted(word) : `${quoted(word)} -d ${quoted(description)}`;
}

function namesOf({ names }: Flag): string {
  return names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`)).join(' ');
}

function valueOf({ value }: Flag): string {
  if (value === 'none') return '';
  if (value === 'files') return ' -r -F';
  return value === undefined ? ' -x' : ` -x -a ${quoted(value.map(({ word }) => word).join(' '))}`;
}
