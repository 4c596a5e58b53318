import path from 'node:path';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { readInventory } from '../../inventory/read.ts';
import { processEnvironment } from '../../inventory/source.ts';
import { askText } from '../ask.ts';
import type { Context } from '../context.ts';
import { reportDiagnostics } from '../open-inventory.ts';
import { writeNew } from '../write-new.ts';

export interface InitFlags {
  readonly vip?: string;
  readonly director?: readonly string[];
  readonly realServer?: readonly string[];
  readonly client?: string;
  readonly output: string;
}

/** Writes a starter inventory from flags or prompts. Never overwrites a file. */
export async function init(context: Context, flags: InitFlags): Promise<ExitCode> {
  const asked = await ask(context, flags);
  const text = starter(asked);
  const { diagnostics, cluster } = await readInventory(['-'], {
    ...processEnvironment(),
    readStandardInput: async () => new TextEncoder().encode(text),
  });
  if (cluster === undefined) {
    reportDiagnostics(
      context,
      diagnostics.map((found) => ({ ...found, file: flags.output })),
    );
    context.screen.error('No file written.');
    return EXIT.inventory;
  }
  await writeNew(path.resolve(context.cwd, flags.output), flags.output, text, { mode: 0o644 });
  context.screen.emit({ type: 'result', command: 'init', file: flags.output, exitCode: EXIT.done });
  context.screen.line(`Wrote ${flags.output}.`, 'title');
  context.screen.line('  lvsctl lint      check it');
  context.screen.line('  lvsctl plan      show the changes');
  context.screen.line('  lvsctl deploy    apply and verify them');
  return EXIT.done;
}

interface Answers {
  readonly vip: string;
  readonly directors: readonly string[];
  readonly realServers: readonly string[];
  readonly client: string;
}

async function ask({ screen, signal }: Context, flags: InitFlags): Promise<Answers> {
  const given = { vip: flags.vip, directors: flags.director, realServers: flags.realServer };
  if (given.vip !== undefined && given.directors !== undefined && given.realServers !== undefined) {
    return { vip: given.vip, directors: given.directors, realServers: given.realServers, client: flags.client ?? '' };
  }
  if (!screen.terminal || !process.stdin.isTTY) {
    throw new Failure('inventory', 'Not a terminal, cannot ask for the addresses. No file written.', {
      hint: 'lvsctl init --vip ADDRESS --director ADDRESS ADDRESS --real-server ADDRESS ADDRESS --client ADDRESS',
    });
  }
  const words = (text: string): readonly string[] => text.split(/[\s,]+/).filter((word) => word !== '');
  return {
    vip: given.vip ?? (await askText('Virtual IP address (VIP)', signal)),
    directors: given.directors ?? words(await askText('Directors, the master first', signal)),
    realServers: given.realServers ?? words(await askText('Real servers', signal)),
    client: flags.client ?? (await askText('Client to verify from (local for this machine, empty for none)', signal)),
  };
}

function starter({ vip, directors, realServers, client }: Answers): string {
  const list = (addresses: readonly string[]): string =>
    `[${addresses.map((word) => JSON.stringify(word)).join(', ')}]`;
  const plain = (text: string): string => text.replaceAll(/"([\w.:-]+)"/g, '$1');
  return plain(`# Written by \`lvsctl init\`. Everything else has a default: \`lvsctl inventory\` lists them with reasons.
vip: ${JSON.stringify(vip)}
directors: ${list(directors)}
real_servers: ${list(realServers)}
${client === '' ? '# A third host on the segment, to verify the cluster from; `local` for this machine.\n# client: ADDRESS' : `client: ${JSON.stringify(client)}`}
`);
}
