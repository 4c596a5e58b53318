import { REDACTED } from '../text/secret.ts';
import { maskConf, secretsOfConf } from '../keepalived/conf-secrets.ts';
import type { NoAgent } from '../render/agent-program.ts';
import { redact } from '../remote/redact.ts';
import { KEEPALIVED_CONF } from '../render/names.ts';
import { bytesText } from '../text/bytes.ts';
import { cut } from '../text/cut.ts';
import { hostList } from '../text/host-list.ts';
import type { Role } from '../inventory/cluster.ts';
import type { Change } from './change.ts';
import { confChanges } from './conf-changes.ts';
import { confSummary } from './conf-summary.ts';
import { KINDS } from '../resources/kinds.ts';
import type { Field } from '../resources/resource.ts';
import { type Plan, changesIn } from './plan.ts';
import { removalsIn, removalsText } from './removals.ts';
import { type DiffLine, diffLines, shorten } from './text-diff.ts';

/** The role of a line; the CLI maps it to a terminal style. */
export type Tone = 'plain' | 'title' | 'add' | 'change' | 'remove' | 'faint' | 'bad';

export interface Line {
  readonly tone: Tone;
  readonly text: string;
  /** Indentation of continuation lines on a terminal. */
  readonly hang?: number;
  /** For lines of a file: tabs are printed as they are, not escaped. */
  readonly tabs?: true;
}

const GLYPH = { create: '+', update: '~', remove: '-', run: '!' } as const;
const TONE = { create: 'add', update: 'change', remove: 'remove', run: 'change' } as const;

/**
 * The plan as text: waves, hosts, and changes with old and new values.
 * @param whole whether to show the content of new files
 */
export function renderPlan(plan: Plan, whole: boolean): readonly Line[] {
  return [
    ...plan.unreadable.map(({ host, failure }): Line => ({
      tone: 'bad',
      text: `${failure.code === 'unsupported' ? 'failed preflight' : 'could not be read'}: ${failure.message.startsWith(`${host}: `) ? '' : `${host}: `}${failure.message}`,
    })),
    ...warningLines(plan),
    ...enginesOf(plan),
    ...plan.waves.flatMap((wave, index) => [
      { tone: 'title', text: `wave ${index + 1} of ${plan.waves.length}: ${wave.title}` } as const,
      ...alike(wave.changes, (change) => [
        headOf(change),
        ...change.fields.flatMap((field) => renderField(change, field, whole, plan.names)),
        ...uploadsOf(change),
        ...buildOf(change),
      ]),
    ]),
    ...removalLines(plan),
    { tone: 'title', hang: 2, text: summary(plan) },
  ];
}

function removalLines(plan: Plan): readonly Line[] {
  const text = removalsText(removalsIn(plan));
  return text === undefined ? [] : [{ tone: 'bad', hang: 2, text: `${text}.` }];
}

/** The hosts that a plan changes, by role: `2 directors and 40 real servers`. */
export function reachOf(plan: Plan): string {
  const roles = new Map(changesIn(plan).map(({ host, role }) => [host, role]));
  const count = (role: Role): number => [...roles.values()].filter((one) => one === role).length;
  const parts = [
    ['director', count('director')] as const,
    ['real server', count('real-server')] as const,
    ['client', count('client')] as const,
  ].filter(([, number]) => number > 0);
  return parts
    .map(([noun, number]) => counted(number, noun))
    .join(', ')
    .replace(/, (?=[^,]*$)/, ' and ');
}

/** Hosts whose changes read alike are shown once. */
function alike(changes: readonly Change[], render: (change: Change) => readonly Line[]): readonly Line[] {
  const byHost = new Map<string, readonly Change[]>();
  for (const change of changes) byHost.set(change.host, [...(byHost.get(change.host) ?? []), change]);
  const groups = new Map<
    string,
    { readonly hosts: string[]; readonly count: number; readonly lines: readonly Line[] }
  >();
  for (const [host, own] of byHost) {
    const lines = own.flatMap(render);
    const text = JSON.stringify(lines);
    const group = groups.get(text);
    if (group === undefined) groups.set(text, { hosts: [host], count: own.length, lines });
    else group.hosts.push(host);
  }
  return [...groups.values()].flatMap(({ hosts, count, lines }): readonly Line[] => {
    const many = hosts.length === 1 ? '' : `: ${counted(count, 'change')} on each of ${hosts.length} hosts`;
    return [{ tone: 'plain', hang: 4, text: `  ${hostList(hosts)}${many}` }, ...lines];
  });
}

/** Also shown where there is nothing to change. */
export function warningLines({ warnings }: Plan): readonly Line[] {
  return warnings.map(({ host, message, fix }) => ({
    tone: 'change',
    hang: 2,
    text: `${host}: warning: ${message}. ${fix}`,
  }));
}

/** Engines are listed only when at least one director runs, ran or will run the agent, or has one built from source. */
function enginesOf(plan: Plan): readonly Line[] {
  const worthShowing = plan.engines.some(
    ({ engine, runs, traces, builds }) => engine === 'agent' || runs === 'agent' || traces || builds !== undefined,
  );
  if (!worthShowing) return [];
  return plan.engines.flatMap(({ host, engine, because, runs = engine, unverified }): readonly Line[] => [
    {
      tone: 'plain',
      hang: 2,
      text: `${host}: engine ${engine}${runs === engine ? '' : `, in place of ${runs}`} (${because})`,
    },
    ...(unverified === undefined ? [] : [unverifiedAgent(host, unverified)]),
  ]);
}

function unverifiedAgent(host: string, { missing, fix = '' }: NoAgent): Line {
  const text = `${host}: the agent is left unchanged, because the bundled one is unavailable: ${missing}. ${fix}`;
  return { tone: 'change', hang: 2, text: text.trimEnd() };
}

/** The summary of the plan in one sentence. */
export function summary(plan: Plan): string {
  const changes = changesIn(plan);
  if (plan.unreadable.length > 0) {
    const rest = changes.length === 0 ? '' : ` ${counted(changes.length, 'change')} planned on the others.`;
    const all = plan.unreadable.every(({ failure }) => failure.code === 'unsupported');
    const what = all ? 'failed preflight' : 'could not be read';
    return `${counted(plan.unreadable.length, 'host')} ${what}; this plan cannot be applied.${rest}`;
  }
  if (changes.length === 0) return 'No changes.';
  const disruptive = changes.filter((change) => change.disruptive).length;
  const disruption = disruptive === 0 ? '' : ` ${disruptive} may disrupt traffic (marked *).`;
  return `${counted(changes.length, 'change')} on ${counted(hostsIn(changes).length, 'host')}.${disruption}`;
}

function headOf(change: Change): Line {
  const mark = change.disruptive ? ' *' : '';
  const why = change.reason === undefined ? '' : `  (${change.reason})`;
  return {
    tone: TONE[change.action],
    hang: 8,
    text: `    ${GLYPH[change.action]} ${change.kind} ${change.key}${mark}${why}`,
  };
}

/** What is done before the first wave. */
function buildOf({ build }: Change): readonly Line[] {
  if (build === undefined) return [];
  const text = `        to build, unless it was: on ${build.on}, with the packages ${build.packages.join(', ')}`;
  return [{ tone: 'faint', hang: 10, text }];
}

/** What is sent to the host beside the script. */
function uploadsOf({ uploads = [] }: Change): readonly Line[] {
  if (uploads.length === 0) return [];
  const size = bytesText(uploads.reduce((sum, upload) => sum + upload.size, 0));
  return [{ tone: 'faint', text: `        to send: ${size} in ${counted(uploads.length, 'file')}` }];
}

function renderField(
  change: Change,
  { name, before, after, text }: Field,
  whole: boolean,
  names: Plan['names'],
): readonly Line[] {
  const tone = TONE[change.action];
  if (text === true) {
    const shown = [before, after].map((one) => (one === undefined ? undefined : hide(one, change.secrets)));
    const meaning = change.key === KEEPALIVED_CONF ? meaningOf(shown[0], shown[1], names) : [];
    if (before !== undefined || whole) return [...meaning, ...renderText(shown[0] ?? '', shown[1] ?? '')];
    const count = (after ?? '').split('\n').length - 1;
    return [{ tone: 'faint', text: `        ${counted(count, 'line')}, shown with --diff` }];
  }
  const { summary } = KINDS[change.kind];
  if (summary !== 'values' && before === undefined) {
    return [{ tone, text: `        ${after === summary.namesFor ? name : `${name} ${after ?? ''}`}` }];
  }
  // Initial values are not highlighted.
  if (before === undefined && change.action !== 'update')
    return [{ tone: 'faint', text: `        ${name}: ${after ?? ''}` }];
  return [
    {
      tone,
      text: `        ${name}: ${before ?? 'absent'} → ${after ?? 'absent'}`,
    },
  ];
}

/** What the new text means, above its diff. A first file is described by the inventory. */
function meaningOf(before: string | undefined, after: string | undefined, names: Plan['names']): readonly Line[] {
  if (before === undefined || after === undefined) return [];
  return confSummary(confChanges(before, after), names ?? new Map()).map(({ action, text }) => ({
    tone: TONE[action],
    hang: 10,
    text: `        ${text}`,
  }));
}

/** Maximum number of lines to diff, and characters of each; a file on a host may have any size. */
const MOST_LINES = 4000;
const LONGEST_LINE = 2000;

/** Secrets are redacted before the diff, so that a changed secret shows as a hidden one. */
function renderText(before: string, after: string): readonly Line[] {
  const all = diffLines(before, after);
  const lines = shorten(all.slice(0, MOST_LINES));
  const changed = all.some(({ sign }) => sign !== ' ');
  if (!changed) return [{ tone: 'change', text: '        (only a secret changes)' }];
  const shown = lines.map((line): Line => {
    if (line === undefined) return { tone: 'faint', text: '        …' };
    return {
      tone: toneOf(line),
      hang: 10,
      tabs: true,
      text: `        ${line.sign} ${cut(line.text, LONGEST_LINE)}`.trimEnd(),
    };
  });
  const left = all.length - MOST_LINES;
  return left <= 0 ? shown : [...shown, { tone: 'faint', text: `        … ${counted(left, 'line')} more` }];
}

function toneOf({ sign }: DiffLine): Tone {
  if (sign === ' ') return 'faint';
  return sign === '+' ? 'add' : 'remove';
}

/** The previous file may hold a secret that is not in the inventory, or definitions that form a password. */
export function hide(text: string, secrets: readonly string[]): string {
  const found = secretsOfConf(text);
  return redact(maskConf(text, found.names, REDACTED), [...secrets, ...found.values]);
}

export function counted(count: number, noun: string): string {
  if (noun === 'of them') return `${count} ${noun}`;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function hostsIn(changes: readonly Change[]): readonly string[] {
  return [...new Set(changes.map(({ host }) => host))];
}
