import { type Command, sh } from '../remote/command.ts';

/** Files of a test on a host. A reboot removes them, as it ends the faults. */
export const STATE_DIR = '/run/lvsctl-failover';

/** Creates the directory with access for root only; exits where something else is in its place. */
export function makeStateFolder(): Command {
  return sh`mkdir -m 700 ${STATE_DIR} 2>/dev/null ||
  { [ ! -L ${STATE_DIR} ] && [ -d ${STATE_DIR} ] && [ -O ${STATE_DIR} ] && chmod 700 ${STATE_DIR}; } ||
  { echo ${`cannot use ${STATE_DIR}: it is not a directory owned by root, or /run is full`} >&2; exit 1; }`;
}

/** Takes the lock that inject and undo exclude each other with. It is held until the shell exits or closes descriptor 9. */
export function takeLock(): Command {
  return sh`{ [ -d ${STATE_DIR} ] && exec 9>>${`${STATE_DIR}/lock`} && flock 9; } ||
  { echo ${`cannot lock ${STATE_DIR}: the host has rebooted, has no flock(1), or /run is full`} >&2; exit 1; }`;
}

/** Sets `uptime` to seconds since boot with hundredths, and `now` to hundredths; monotonic, unlike the time of day. */
export function readUptime(): Command {
  return sh`read -r uptime idle </proc/uptime && now=$\{uptime%.*}$\{uptime#*.} || exit 1`;
}
