import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import type { VrrpTrackProcess } from '../../../keepalived/model/vrrp.ts';

/** Length to which the kernel truncates program names (linux/sched.h, TASK_COMM_LEN without the NUL). */
const COMM_LENGTH = 15;

/** Whether a process is matched by command line rather than name. */
export function needsCommandLine(tracked: VrrpTrackProcess): boolean {
  return tracked.full_command || tracked.param_match !== undefined;
}

/** @param comm /proc/PID/comm, without the newline */
export function matchesName(tracked: VrrpTrackProcess, comm: string): boolean {
  return tracked.process.slice(tracked.process.lastIndexOf('/') + 1).slice(0, COMM_LENGTH) === comm;
}

/** @param argv /proc/PID/cmdline, split */
export function matchesCommandLine(tracked: VrrpTrackProcess, argv: readonly string[]): boolean {
  const [program, ...parameters] = argv;
  if (program !== tracked.process) return false;
  if (tracked.param_match === undefined) return true;
  const { kind, parameters: wanted } = tracked.param_match;
  const last = wanted.length - 1;
  switch (kind) {
    case 'exact':
      return parameters.length === wanted.length && wanted.every((text, index) => parameters[index] === text);
    case 'partial':
      return wanted.every((text, index) => parameters[index] === text);
    case 'initial':
      return wanted.every((text, index) =>
        index === last ? (parameters[index] ?? '').startsWith(text) : parameters[index] === text,
      );
  }
}

/** Splits /proc/PID/cmdline, whose arguments are NUL-terminated. */
export function splitCommandLine(bytes: Uint8Array): readonly string[] {
  if (bytes.length === 0) return [];
  return decodeUtf8(bytes.at(-1) === 0 ? bytes.subarray(0, -1) : bytes).split('\0');
}
