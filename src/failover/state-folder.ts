import { type Command, sh } from '../remote/command.ts';

/** Where a host keeps what a test needs there; gone with a reboot, as the faults are. */
export const STATE_DIR = '/run/lvsctl-failover';

/** Makes the folder for root alone, and ends the script where something else stands in its place. */
export function makeStateFolder(): Command {
  return sh`mkdir -m 700 ${STATE_DIR} 2>/dev/null ||
  { [ ! -L ${STATE_DIR} ] && [ -d ${STATE_DIR} ] && [ -O ${STATE_DIR} ] && chmod 700 ${STATE_DIR}; } ||
  { echo ${`cannot use ${STATE_DIR}: it is no folder of root, or /run is full`} >&2; exit 1; }`;
}

/** Takes the lock that inject and undo exclude each other with. It lasts until the shell that took it ends, or closes 9. */
export function takeLock(): Command {
  return sh`{ [ -d ${STATE_DIR} ] && exec 9>>${`${STATE_DIR}/lock`} && flock 9; } ||
  { echo ${`cannot lock ${STATE_DIR}: the host has rebooted, has no flock(1), or /run is full`} >&2; exit 1; }`;
}

/** Sets `uptime` to the seconds since boot, with hundredths, and `now` to those hundredths. No clock that can be set is read. */
export function readUptime(): Command {
  return sh`read -r uptime idle </proc/uptime && now=$\{uptime%.*}$\{uptime#*.} || exit 1`;
}
