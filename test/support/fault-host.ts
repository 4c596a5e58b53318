import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { STATE_DIR } from '../../src/failover/state-folder.ts';
import type { Command } from '../../src/remote/command.ts';
import { busyboxTools, placeOf, type Ran, type Shell } from './shells.ts';

/** Units are files: `active/UNIT`, `enabled/UNIT` with what is-enabled says, `show/UNIT` with properties, `fails/UNIT` with how often a start still fails. */
const SYSTEMCTL = `#!/bin/sh
cd "$LVSCTL_TEST_HOST" || exit 1
block=yes
[ "$1" != --no-block ] || { block=no; shift; }
verb=$1; shift
case $verb in
is-active)
  [ "$1" != --quiet ] || { shift; [ -e "active/$1" ]; exit; }
  [ -e "active/$1" ] && echo active || { echo inactive; exit 3; } ;;
is-enabled) cat "enabled/$1" ;;
show)
  properties=
  while [ "$1" = -p ]; do properties="$properties $2"; shift 2; done
  for property in $properties; do sed -n "/^$property=/p" "show/$1" 2>/dev/null; done ;;
stop) echo "stop $*" >>log; for unit in "$@"; do rm -f "active/$unit"; done ;;
start)
  for unit in "$@"; do
    echo "start $unit" >>log
    left=$(cat "fails/$unit" 2>/dev/null || echo 0)
    if [ "$left" -gt 0 ]; then echo $((left - 1)) >"fails/$unit"; rc=1; else : >"active/$unit"; fi
  done
  exit "\${rc:-0}" ;;
reset-failed) ;;
*) echo "unknown: systemctl $verb" >&2; exit 64 ;;
esac
`;

/** Keeps the words of a transient unit, one a line, for the test to run. */
const SYSTEMD_RUN = `#!/bin/sh
cd "$LVSCTL_TEST_HOST" || exit 1
[ ! -e no-timers ] || exit 1
unit=
for word in "$@"; do case $word in --unit=*) unit=\${word#--unit=} ;; esac; done
printf '%s\\0' "$@" >"run/$unit"
`;

/** A host with stand-ins for systemd and for its uptime, in a folder of its own, whose shell and tools are real. */
export interface FaultHost {
  readonly state: string;
  run(command: Command): Ran;
  /** Runs what a transient unit was started with. */
  runUnit(unit: string): Ran;
  setUptime(seconds: string): void;
  active(unit: string): boolean;
  has(file: string): boolean;
  /** A file below the host's folder. */
  write(file: string, text: string): void;
  remove(file: string): void;
  /** Leaves the host with nothing but the programs of systemd and a shell. */
  withoutPrograms(): void;
  read(file: string): string;
}

export function faultHost(shell: Shell): FaultHost {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-fault-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['bin', 'active', 'enabled', 'show', 'fails', 'run']) mkdirSync(path.join(folder, name));
  for (const [name, text] of [
    ['systemctl', SYSTEMCTL],
    ['systemd-run', SYSTEMD_RUN],
    // Pauses between tries would only make the tests slow.
    ['sleep', '#!/bin/sh\necho "sleep $1" >>"$LVSCTL_TEST_HOST/log"\n'],
  ] as const) {
    writeFileSync(path.join(folder, 'bin', name), text);
    chmodSync(path.join(folder, 'bin', name), 0o755);
  }
  // Not every busybox has it, and a host without it is refused.
  if (shell.onlyBusybox) symlinkSync(placeOf('flock'), path.join(folder, 'bin/flock'));
  const at = (file: string): string => path.join(folder, file);
  const state = at('state');
  const here = (script: string): string => script.replaceAll(STATE_DIR, state).replaceAll('/proc/uptime', at('uptime'));
  let bare = false;
  const spawn = (words: readonly string[], input: string): Ran => {
    const [program, ...first] = shell.argv;
    const tools = bare ? '/nowhere' : shell.onlyBusybox ? busyboxTools() : (process.env['PATH'] ?? '');
    const env = { PATH: `${at('bin')}:${tools}`, LC_ALL: 'C', LVSCTL_TEST_HOST: folder };
    const { status, stdout, stderr } = spawnSync(program, [...first, ...words], {
      input,
      encoding: 'utf8',
      cwd: '/',
      env,
    });
    return { exitCode: status, stdout, stderr };
  };
  writeFileSync(at('uptime'), '1000.00 1.00\n');
  writeFileSync(at('log'), '');
  return {
    state,
    run: ({ script }) => spawn([], here(`{ :; ${script}\n} </dev/null; exit $?\n`)),
    runUnit: (unit) => {
      const words = readFileSync(at(`run/${unit}`), 'utf8')
        .split('\0')
        .slice(0, -1);
      return spawn(words.slice(words.indexOf('/bin/sh') + 1), '');
    },
    setUptime: (seconds) => writeFileSync(at('uptime'), `${seconds} 1.00\n`),
    active: (unit) => existsSync(at(`active/${unit}`)),
    has: (file) => existsSync(at(file)),
    write: (file, text) => writeFileSync(at(file), text),
    remove: (file) => rmSync(at(file), { recursive: true, force: true }),
    withoutPrograms: () => {
      bare = true;
    },
    read: (file) => readFileSync(at(file), 'utf8'),
  };
}
