import type { Command } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { AdoptFlags } from './commands/adopt.ts';
import type { Context } from './context.ts';

export const ADOPT = `lvsctl adopt 10.0.0.1 10.0.0.2 -o inventory.yml
  lvsctl adopt --from dr1.conf dr2.conf --director dr1=10.0.0.1 dr2=10.0.0.2 -o inventory.yml`;

/** The arguments of `lvsctl adopt`. */
export function addAdopt(verb: Command, context: Context, finish: (code: ExitCode) => void): void {
  verb
    .argument('[host...]', 'directors to read over SSH: address, or user@address')
    .option(
      '--from <file...>',
      'instead of hosts: keepalived.conf of each director, output of ipvsadm -Sn, lvs.dr.sh; or folders',
    )
    .option('--director <name=address...>', 'with --from: addresses of directors, which their files may lack')
    .option('-o, --output <file>', 'output file; default: standard output, or inventory.yml for hosts')
    .option('--force', 'replace the output file')
    .action(async (hosts: readonly string[], flags: AdoptFlags) => {
      const { adopt } = await import('./commands/adopt.ts');
      finish(await adopt(context, hosts, flags));
    });
}
