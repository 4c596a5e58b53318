import { type Default, SMALL, defaultsOf } from './defaults.ts';
import { annotatedSchema } from './json-schema.ts';
import type { Schema } from './keyword-schema.ts';
import { GENERATED, section, table } from './markdown.ts';
import { valueText } from './value-text.ts';

/** A map of the inventory: its name, its schema, and the path of its defaults. */
interface Place {
  readonly title: string;
  readonly schema: Schema;
  readonly defaults: string;
}

/** docs/inventory.md: every key, lvsctl's own first, then keepalived's keywords block by block. */
export async function inventoryPage(): Promise<string> {
  const root = annotatedSchema();
  const defaults = await defaultsOf(`${SMALL}nat: {}\n`);
  const places = placesOf(root);
  const blocks = blocksOf(root, places);
  const link = linker(places, blocks);
  return [
    GENERATED,
    INTRODUCTION,
    '## Keys of lvsctl',
    ...places.map((place) => section(3, place.title, ownTable(place, defaults, link))),
    '## Keywords of keepalived',
    KEYWORDS_INTRODUCTION,
    ...keywordSections(places, link),
    ...blocks.map(({ title, text }) => section(3, title, text(link))),
  ]
    .join('\n\n')
    .concat('\n');
}

const INTRODUCTION = `# The inventory

One YAML file says what a cluster is. The smallest one has three keys:

${SMALL.split('\n')
  .slice(0, 3)
  .map((line) => `    ${line}`)
  .join('\n')}

Defaults below are those of this inventory with a \`client\`; \`lvsctl inventory --resolved\` shows those of yours, each with
its reason. Values are YAML; \`true\` may also be \`yes\` or \`on\`, \`false\` \`no\` or \`off\`.`;

const KEYWORDS_INTRODUCTION = `Every keyword of keepalived has its place beside lvsctl's own keys, in keepalived's words; checkers are in small letters. A
keyword without a value is \`true\`. A block is a map, or a list of maps where it may stand more than once; a block with a
name is a map of names. Lines are a list. \`since\` is the release of keepalived that brought a keyword: \`plan\` refuses one
that the keepalived of a director is too old for. \`agent\` is what the bundled agent does with it: it \`reads\` it, \`ignores\`
it with a warning because nothing depends on it, or \`refuses\` the file.`;

/** Places with the same keywords have one section. */
function keywordSections(places: readonly Place[], link: Link): readonly string[] {
  const sections = new Map<string, string[]>();
  for (const { title, schema } of places) {
    const rows = keywordTable(schema, link);
    const titles = sections.get(rows);
    if (titles === undefined) sections.set(rows, [title]);
    else titles.push(title);
  }
  return [...sections].flatMap(([rows, titles]) =>
    rows === '' ? [] : [section(3, `Keywords: ${titles.join(', ')}`, rows)],
  );
}

function placesOf(root: Schema): readonly Place[] {
  const definition = (name: string): Schema => root.definitions?.[name] ?? {};
  const inner = (name: string, key: string): Schema => definition(name).properties?.[key] ?? {};
  return [
    { title: 'top level', schema: root, defaults: '' },
    { title: 'directors', schema: definition('director'), defaults: 'directors[].' },
    { title: 'real_servers', schema: definition('real_server'), defaults: 'real_servers[].' },
    { title: 'client', schema: definition('client'), defaults: 'client.' },
    { title: 'ssh', schema: definition('ssh'), defaults: 'directors[].ssh.' },
    { title: 'global_defs', schema: definition('global_defs'), defaults: 'global_defs.' },
    { title: 'vrrp_instance', schema: definition('vrrp_instance'), defaults: 'vrrp_instance.' },
    {
      title: 'vrrp_instance.authentication',
      schema: inner('vrrp_instance', 'authentication'),
      defaults: 'vrrp_instance.authentication.',
    },
    { title: 'vrrp_instances', schema: definition('vrrp_instances'), defaults: 'vrrp_instances.' },
    {
      title: 'directors.vrrp_instances',
      schema: definition('director_instance'),
      defaults: 'directors[].vrrp_instances.',
    },
    { title: 'pools', schema: definition('pool'), defaults: 'pools.' },
    { title: 'pools.members', schema: definition('member'), defaults: 'pools.members[].' },
    { title: 'nat', schema: definition('nat'), defaults: 'nat.' },
    { title: 'tun', schema: definition('tun'), defaults: 'tun.' },
    { title: 'virtual_servers', schema: definition('virtual_server'), defaults: 'virtual_servers[].' },
    {
      title: 'virtual_servers.verify',
      schema: inner('virtual_server', 'verify'),
      defaults: 'virtual_servers[].verify.',
    },
    { title: 'tcp_check', schema: definition('tcp_check'), defaults: 'virtual_servers[].tcp_check.' },
    { title: 'files', schema: definition('file'), defaults: 'files.' },
    { title: 'packages', schema: definition('packages'), defaults: 'packages.' },
    { title: 'web', schema: definition('web'), defaults: 'web.' },
  ];
}

type Link = (definition: string) => string;

interface Block {
  readonly title: string;
  readonly definitions: readonly string[];
  readonly text: (link: Link) => string;
}

/** Blocks of keepalived.conf; identical ones are merged. */
function blocksOf(root: Schema, places: readonly Place[]): readonly Block[] {
  const own = new Set(places.map(({ schema }) => schema));
  const groups = new Map<string, { readonly names: string[]; readonly schema: Schema }>();
  for (const [name, schema] of Object.entries(root.definitions ?? {}).toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  )) {
    if (own.has(schema)) continue;
    const same = keywordTable(schema, (definition) => definition.replace(/^.*\.([^.]+\.)/, ''));
    const group = groups.get(same);
    if (group === undefined) groups.set(same, { names: [name], schema });
    else group.names.push(name);
  }
  return [...groups.values()].map(({ names, schema }) => ({
    title: names.map(inventoryName).join(', '),
    definitions: names,
    text: (link) => keywordTable(schema, link),
  }));
}

/** `virtual_server.real_server.HTTP_GET.url` is `http_get.url` in an inventory. */
function inventoryName(definition: string): string {
  const [name = '', ...rest] = definition.replace(/^virtual_server\.real_server\./, '').split('.');
  return [name.toLowerCase(), ...rest].join('.');
}

function linker(places: readonly Place[], blocks: readonly Block[]): Link {
  const singular: Readonly<Record<string, string>> = {
    director: 'directors',
    file: 'files',
    director_instance: 'directors.vrrp_instances',
    pool: 'pools',
    member: 'pools.members',
    real_server: 'real_servers',
    virtual_server: 'virtual_servers',
  };
  return (definition) => {
    const place = places.find(({ title }) => title === (singular[definition] ?? definition))?.title;
    const title = place ?? blocks.find(({ definitions }) => definitions.includes(definition))?.title ?? definition;
    return `map, see [${place ?? inventoryName(definition)}](#${anchorOf(title)})`;
  };
}

/** The anchor that GitHub generates for a heading. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9_ -]/g, '')
    .replaceAll(' ', '-');
}

function ownTable(place: Place, defaults: ReadonlyMap<string, readonly Default[]>, link: Link): string {
  const rows = entriesOf(place.schema).filter(([, { agent }]) => agent === undefined);
  return table(
    ['key', 'value', 'default', 'meaning'],
    rows.map(([key, schema]) => [
      `\`${key}\``,
      valueText(schema, link),
      defaultText(defaults.get(`${place.defaults}${key}`)),
      schema.description ?? '',
    ]),
  );
}

function keywordTable(schema: Schema, link: Link): string {
  const rows = entriesOf(schema).filter(([, { agent }]) => agent !== undefined);
  return table(
    ['keyword', 'value', 'since', 'agent', 'meaning'],
    rows.map(([key, one]) => [
      `\`${key}\``,
      valueText(one, link),
      one.since ?? 'none',
      one.agent ?? '',
      one.description ?? '',
    ]),
  );
}

function entriesOf({ properties }: Schema): readonly (readonly [string, Schema])[] {
  return Object.entries(properties ?? {});
}

function defaultText(defaults: readonly Default[] | undefined): string {
  return (defaults ?? [])
    .map(({ values, because }) => {
      const given = values.filter((value) => value !== '' && value !== 'none');
      return given.length === 0 ? `none: ${because}` : `${given.map((value) => `\`${value}\``).join(', ')}: ${because}`;
    })
    .join('; ');
}
