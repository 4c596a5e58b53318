import type { InventoryEnvironment } from '../inventory/source.ts';
import { readSavedTable } from '../keepalived/ipvs/saved-table.ts';
import { virtualAddressesIn } from '../keepalived/ipvs/virtual-addresses.ts';
import { type AdoptedConf, readAdopted } from './adopted-file.ts';
import type { AdoptSource } from './adopted-file.ts';
import { adopt } from './adopt.ts';
import { type Proof, prove } from './prove.ts';
import { type NamedText, directorNames, kindOf, strayServices, vipsOfScript } from './sources.ts';
import { confOfTable } from './table-conf.ts';
import { writeYaml } from './write-yaml.ts';

export interface AdoptRequest {
  readonly files: readonly NamedText[];
  /** Addresses of directors by their names. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
  readonly include: AdoptSource['include'];
  readonly environment: InventoryEnvironment;
}

export interface Adopted {
  readonly inventory: string;
  /** How many comments the inventory has for a person to read. */
  readonly notes: number;
  readonly proof: Proof;
}

/** Files of directors and real servers as an inventory, proven by rendering it. A text says why there is none. */
export async function adoptFiles(request: AdoptRequest): Promise<Adopted | string> {
  const { files, addresses, include, environment } = request;
  const kinds = files.map((file) => ({ ...file, kind: kindOf(file.text) }));
  const of = (kind: (typeof kinds)[number]['kind']): readonly NamedText[] => kinds.filter((file) => file.kind === kind);
  const tables = of('ipvsadm-save').map(({ file, text }) => ({ file, ...readSavedTable(text) }));
  const written = of('keepalived.conf');
  // A director without a keepalived.conf is what its table is.
  const sources = written.length > 0 ? written : tables.map(({ file, table }) => ({ file, text: confOfTable(table) }));
  const names = directorNames(sources);
  const confs: AdoptedConf[] = [];
  for (const [index, { file, text }] of sources.entries()) {
    const conf = readAdopted({ name: names[index] ?? '', file, text, include });
    if (typeof conf === 'string') return `${file}: ${conf}`;
    confs.push(conf);
  }
  const [first] = confs;
  if (first === undefined) return 'No file is a keepalived.conf or a table that ipvsadm-save wrote.';
  if (confs.every(isIdle))
    return `${sources.map(({ file }) => file).join(', ')}: there is no VRRP instance, and no virtual server that keepalived would run.`;
  const draft = adopt(confs, { addresses });
  const found = [
    ...tables.flatMap(({ file, mistakes }) => mistakes.map(({ line, text }) => `${file}, line ${line}: ${text}`)),
    ...(written.length === 0
      ? []
      : tables.flatMap(({ file, table }) => strayServices(confOf(file, confs) ?? first, table))),
    ...of('other').map(
      ({ file }) => `${file} is no file of keepalived, of ipvsadm or of a real server: it was not read.`,
    ),
    ...of('lvs script').flatMap(({ file, text }) => foreignVips(file, text, first)),
  ].map((text) => ({ at: [], text }));
  const notes = [...draft.notes, ...found];
  const heading = [`Adopted by lvsctl from ${files.map(({ file }) => file).join(', ')}.`];
  const inventory = writeYaml({ ...draft, notes }, heading);
  return { inventory, notes: notes.length, proof: await prove(inventory, confs, environment) };
}

function isIdle({ conf }: AdoptedConf): boolean {
  return conf.vrrp.vrrp_instance.length === 0 && conf.check.virtual_server.length === 0;
}

/** The configuration of the director that a table is called after. */
function confOf(table: string, confs: readonly AdoptedConf[]): AdoptedConf | undefined {
  const [name] = directorNames([{ file: table, text: '' }]);
  return confs.find((conf) => conf.name === name);
}

function foreignVips(file: string, text: string, { conf }: AdoptedConf): readonly string[] {
  const known = virtualAddressesIn(conf);
  return vipsOfScript(text)
    .filter((vip) => !known.has(vip))
    .map((vip) => `${file} puts ${vip} on a real server, and no director has it.`);
}
