import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configTestReport } from '../../../src/keepalived/config-test.ts';
import type { ConfHost } from '../../../src/keepalived/host.ts';
import { readConf } from '../../../src/keepalived/read-conf.ts';
import { nodeSys } from '../../../src/agent/host-node/node-sys.ts';
import { confHost } from '../../../src/agent/shell/conf/conf-host.ts';
import { fileSource } from '../../unit/keepalived/files.ts';
import { BENCH_LINKS, type Bench, bench } from './keepalived.ts';
import { ENV } from '../../unit/keepalived/read.ts';

const CORPUS = path.resolve(import.meta.dirname, '../../fixtures/keepalived/corpus');
const files = (kind: string) => readdirSync(path.join(CORPUS, kind)).map((name) => path.join(CORPUS, kind, name));
const sentence = (file: string) => path.basename(file, '.conf').replaceAll('-', ' ');
const cases = (kind: string) => files(kind).map((file) => [sentence(file), file] as const);

/** The accounts and programs of this machine, and the interfaces of the namespace that keepalived looks at. */
const HOST: ConfHost = {
  ...confHost(nodeSys([])),
  hasInterface: (name) => name === 'lo' || BENCH_LINKS.includes(name),
};

/** Both readers of one file, with all their messages, to explain failures. */
function both(real: Bench, file: string) {
  const ours = readConf(fileSource(file), { ...ENV, configId: 'main', host: HOST });
  const { lines, exit } = configTestReport(ours.diagnostics);
  const theirs = real.test(file, 'main');
  return {
    ours,
    exit,
    theirs: theirs.exit,
    said: `${lines.map(({ text }) => text).join('\n')}\n-- keepalived:\n${theirs.said}`,
  };
}

describe('keepalived and the agent judge alike', () => {
  let real: Bench;
  beforeAll(() => {
    real = bench();
  });
  afterAll(() => real.remove());

  it.each(cases('good'))('%s: both take it', (_, file) => {
    const { ours, exit, theirs, said } = both(real, file);
    expect({ exit, theirs }, said).toEqual({ exit: 0, theirs: 0 });
    expect(ours.conf, said).toBeDefined();
  });

  it.each(cases('broken'))('%s: both say so', (_, file) => {
    const { exit, theirs, said } = both(real, file);
    expect(exit, said).toBe(theirs);
    expect(exit, said).not.toBe(0);
  });

  it.each(cases('refused'))('%s: the agent alone refuses it', (_, file) => {
    const { ours, theirs, said } = both(real, file);
    expect(theirs, said).toBe(0);
    expect(ours.conf, said).toBeUndefined();
  });
});
