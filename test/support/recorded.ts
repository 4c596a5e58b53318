import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Cluster, type Host, hostsOf } from '../../src/inventory/cluster.ts';
import { readInventory } from '../../src/inventory/read.ts';
import { processEnvironment } from '../../src/inventory/source.ts';
import type { Failure } from '../../src/failure.ts';
import { split } from '../../src/observe/sections.ts';
import { type Session, type SessionOptions, openSession } from '../../src/pipeline/session.ts';
import type { AgentPrograms } from '../../src/render/agent-program.ts';
import { type RenderedFile, filesOf } from '../../src/render/files.ts';
import { type FakeHost, type ExpectedRun, fakeHost } from './fake-host.ts';
import { NONCE } from './nonce.ts';

const folder = new URL('../fixtures/observe/', import.meta.url);

/** The cluster whose hosts were recorded. */
export async function recordedCluster(): Promise<Cluster> {
  const { cluster, diagnostics } = await readInventory(
    [fileURLToPath(new URL('inventory.yml', folder))],
    processEnvironment(),
  );
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
}

/** Sections of what a host printed, to be changed; what they are made of is `@lvsctl:section NAME` and its text. */
export type Sections = Map<string, string>;

/** What a host prints when it is observed: as it was recorded, or after a deploy of `cluster`. */
export function recorded(
  cluster: Cluster,
  host: Host,
  state: 'bare' | 'deployed',
  engine: 'keepalived' | 'agent' = 'keepalived',
): Sections {
  const sections = new Map(split(stamped(readFileSync(new URL(`${state}/${host.name}.txt`, folder), 'utf8')), NONCE));
  if (state === 'deployed')
    sections.set('file', filesAsProbed(filesOf(cluster, host, { interfaceOf: () => 'eth0', engine })));
  return sections;
}

/** Markers of a recorded run with their nonce, which is another one for each run. */
export function stamped(text: string): string {
  return text.replaceAll(/^@lvsctl:section .*$/gm, `$& ${NONCE}`);
}

export function filesAsProbed(files: readonly RenderedFile[]): string {
  const attributes = files.map(({ path, mode, text }) => `=${mode.toString(8)} ${Buffer.byteLength(text)} ${path}\n`);
  const texts = files.map(({ path, text }) => `@${path}\n${text.replaceAll(/^.*\n/gm, '|$&')}`);
  return [...attributes, ...texts].join('');
}

export function printed(sections: ReadonlyMap<string, string>): string {
  return [...sections].map(([name, text]) => `@lvsctl:section ${name}\n${text}\n`).join('');
}

/** A host by name and what is changed in what it prints; a Failure is what it throws. */
export type Undone = Readonly<Record<string, Failure | ((sections: Sections) => void)>>;

export interface FakeCluster {
  readonly session: Session;
  readonly hosts: ReadonlyMap<string, FakeHost>;
}

/** Expected observations of each host, and further scripts. */
export interface FakeClusterOptions {
  readonly observed?: number | 'any';
  readonly more?: (host: string) => readonly ExpectedRun[];
  readonly agents?: AgentPrograms;
}

/** A bundled agent, by the letter that its hash is made of. */
export const AGENT: AgentPrograms = () => ({ sha256: 'a'.repeat(64), size: 700_000, packed: () => 'H4sI' });

export const OBSERVING = {
  name: 'the observing script',
  matches: (script: string) => script.includes('@lvsctl:section facts'),
};

/** Fake hosts of a cluster by name, each printing what was recorded but for what was undone. */
export function fakeHosts(
  cluster: Cluster,
  state: 'bare' | 'deployed',
  undone: Undone = {},
  { observed = 'any', more = () => [] }: Omit<FakeClusterOptions, 'agents'> = {},
): ReadonlyMap<string, FakeHost> {
  return new Map(
    hostsOf(cluster).map(({ host }) => {
      const change = undone[host.name];
      const gives = () => {
        if (typeof change === 'object') throw change;
        const sections = recorded(cluster, host, state);
        change?.(sections);
        return { stdout: printed(sections) };
      };
      return [host.name, fakeHost(host.name, [...more(host.name), { script: OBSERVING, gives, times: observed }])];
    }),
  );
}

/** A connection to one of these hosts. */
export function connectTo(hosts: ReadonlyMap<string, FakeHost>): SessionOptions['connectTo'] {
  return ({ name }) =>
    () => {
      const host = hosts.get(name);
      return host === undefined ? Promise.reject(new Error(`no host ${name}`)) : Promise.resolve(host);
    };
}

/** A connected cluster of fake hosts. */
export async function connectFakeCluster(
  cluster: Cluster,
  state: 'bare' | 'deployed',
  undone: Undone = {},
  options: FakeClusterOptions = {},
): Promise<FakeCluster> {
  const hosts = fakeHosts(cluster, state, undone, options);
  const session = await openSession(cluster, {
    connectTo: connectTo(hosts),
    forks: 50,
    report: () => undefined,
    signal: new AbortController().signal,
    agents: options.agents ?? AGENT,
  });
  return { session, hosts };
}

/** Replaces text in a section. @throws Error when it is not there: a test that undoes nothing proves nothing. */
export function replace(name: string, before: string | RegExp, after: string): (sections: Sections) => void {
  return (sections) => {
    const text = sections.get(name) ?? '';
    const changed = text.replace(before, after);
    if (changed === text) throw new Error(`there is no ${String(before)} in ${name}:\n${text}`);
    sections.set(name, changed);
  };
}

export function add(name: string, text: string): (sections: Sections) => void {
  return (sections) => {
    sections.set(name, `${sections.get(name) ?? ''}${text}`);
  };
}

export function all(...changes: readonly ((sections: Sections) => void)[]): (sections: Sections) => void {
  return (sections) => {
    for (const change of changes) change(sections);
  };
}

export const AGENT_UNIT = `Names=lvs-agent.service\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n`;

/** A director as a deploy with the agent leaves it: no package of keepalived, a program, other files, another unit. */
export function onAgent(of: Cluster, name: string): (sections: Sections) => void {
  return (sections) => {
    const director = of.directors.find((one) => one.name === name);
    if (director === undefined) throw new Error(`no director ${name}`);
    sections.set('packages', '');
    sections.set('engine', 'machine x86_64\nnone\n');
    sections.set('program', `${'a'.repeat(64)}  - 700000 /usr/local/sbin/lvs-agent\n`);
    sections.set('obsolete', '/etc/systemd/system/lvs-agent.service\n/usr/local/sbin/lvs-agent\n');
    sections.set('file', filesAsProbed(filesOf(of, director, { interfaceOf: () => 'eth0', engine: 'agent' })));
    sections.set('service', AGENT_UNIT);
  };
}
