import { Agent, describeMistake } from './agent.ts';
import { stderrJournal } from './journal.ts';
import { loadConf } from './load-conf.ts';
import { EpollLoop, SIGHUP, SIGINT, SIGTERM } from './loop.ts';
import type { Options } from './options.ts';
import type { Sys } from './sys.ts';

/** Keeps addresses and virtual servers until SIGTERM. @returns the exit code */
export async function run(sys: Sys, options: Options): Promise<number> {
  const journal = stderrJournal(sys, options.detail);
  const loaded = loadConf(sys, options.file);
  if (typeof loaded === 'string') {
    journal.log('error', loaded);
    return 2;
  }
  const loop = new EpollLoop(sys, (error) => journal.log('error', describeMistake(error)));
  const agent = new Agent({ sys, loop, journal, options }, loaded.conf);
  const end = (): void => {
    agent.stop();
    loop.stop();
  };
  loop.onSignal(SIGTERM, end);
  loop.onSignal(SIGINT, end);
  loop.onSignal(SIGHUP, () => {
    const again = loadConf(sys, options.file);
    if (typeof again === 'string') journal.log('error', again);
    else agent.reload(again.conf);
  });
  agent.start();
  await loop.run();
  return 0;
}
