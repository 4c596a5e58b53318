import { type Command, sh } from '../../remote/command.ts';

/** Starts a unit, however often it was started just now: systemd refuses the sixth start within ten seconds unless its count is reset. */
export function startAgain(unit: string): Command {
  return sh`systemctl reset-failed ${unit} 2>/dev/null
systemctl start ${unit}`;
}
