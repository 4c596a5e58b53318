/**
 * Written by the shell, to both outputs, before it looks at the script; the number is its process id. Whatever comes
 * earlier is the noise of a login (`.bashrc`, a warning of sudo); when it never comes, no shell was reached. It holds
 * control characters (RS), so that nothing writes it by chance.
 */
export const STARTED = /\u001Elvsctl (\d{1,10})\u001E\n/;

const MARK = String.raw`printf '\036lvsctl %s\036\n' "$$"`;

/** The same surroundings on every host, whatever a login set. All of it is built into the shell and starts no process. */
const PREAMBLE =
  'LC_ALL=C; PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export LC_ALL PATH; umask 022; cd /; ' +
  `${MARK}; ${MARK} >&2`;

/**
 * What a shell reads from its standard input to run a script. The shell has to see `fi` before it runs anything of the
 * script, so that one that is cut off is a syntax error; `exit` keeps it from reading on. Line n of the script is line
 * n + 1 of the shell's messages.
 *
 * With `open` the script's own standard input is what follows on the channel, that is nothing until the channel ends.
 */
export function envelope(script: string, stdin: 'empty' | 'open'): string {
  const redirection = stdin === 'empty' ? ' </dev/null' : '';
  return `${PREAMBLE}\nif :; then { :; ${script}\n}${redirection}; exit $?\nfi\n`;
}
