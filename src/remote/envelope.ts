/**
 * The shell writes this to both outputs before it reads the script; the number is its process id. Earlier output is
 * noise of the login (`.bashrc`, a warning of sudo). Without it, no shell was started. Its control characters (RS)
 * prevent accidental matches.
 */
export const STARTED = /\u001Elvsctl (\d{1,10})\u001E\n/;

const MARK = String.raw`printf '\036lvsctl %s\036\n' "$$"`;

/** The same environment on every host, regardless of login files. Uses shell builtins only. */
const PREAMBLE =
  'LC_ALL=C; PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export LC_ALL PATH; umask 022; cd /; ' +
  `${MARK}; ${MARK} >&2`;

/**
 * The standard input of a shell that runs a script. The shell must read `fi` before it runs any of it, so that a
 * truncated script is a syntax error; `exit` stops it from reading on. Line n of the script is line n + 1 in the
 * shell's messages.
 *
 * With `open`, the script's standard input is the rest of the channel, which stays empty until the channel closes.
 */
export function envelope(script: string, stdin: 'empty' | 'open'): string {
  const redirection = stdin === 'empty' ? ' </dev/null' : '';
  return `${PREAMBLE}\nif :; then { :; ${script}\n}${redirection}; exit $?\nfi\n`;
}
