/**
 * Names of hosts in one phrase; three or more with consecutive numbers are shortened: `dr1, rs1 … rs40`.
 */
export function hostList(names: readonly string[]): string {
  const runs: string[][] = [];
  for (const name of names) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && follows(last, name)) run.push(name);
    else runs.push([name]);
  }
  return runs.flatMap((run) => (run.length > 2 ? [`${run[0] ?? ''} … ${run.at(-1) ?? ''}`] : run)).join(', ');
}

/** Whether a name is another one with the next number: `rs2` after `rs1`, `web-010` after `web-009`. */
function follows(name: string, next: string): boolean {
  const digits = /\d{1,15}$/.exec(name.slice(-15))?.[0];
  if (digits === undefined) return false;
  return next === `${name.slice(0, -digits.length)}${String(Number(digits) + 1).padStart(digits.length, '0')}`;
}
