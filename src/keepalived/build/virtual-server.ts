import { familyOf } from '../text/address.ts';
import { VIRTUAL_SERVER } from '../keywords/check.ts';
import type { Statement } from '../language/read-statements.ts';
import type { CheckConf, Protocol, SorryServer, VirtualServer, VirtualServerGroup } from '../model/check.ts';
import type { VrrpTrackFile } from '../model/vrrp.ts';
import type { ConfDiagnostic } from '../diagnostic.ts';
import { type Reporter, reporter } from '../reporter.ts';
import type { Context } from './context.ts';
import { type Fields, readFields } from './fields.ts';
import { bareAddress, quote, unsignedOf } from './values.ts';
import { type Method, familyOfTarget, groupOf, inetAton, methodOf, portOf, targetOf } from './service.ts';
import { judgeVirtualServers } from '../judge/check.ts';
import { namedBlocks } from './named.ts';
import { realServerOf } from './real-server.ts';
import { scriptOf } from './script.ts';

const MINUTE = 60_000;
const SCHEDULER_FLAGS = ['sh-port', 'sh-fallback', 'mh-port', 'mh-fallback', 'hashed'];
const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'twos'];

/** Everything about IPVS. */
export function checkOf(top: Fields, files: readonly VrrpTrackFile[], context: Context): CheckConf {
  const { say } = context;
  const groups = namedBlocks(top.all('virtual_server_group'), say).map((block) => groupOf(block, say));
  const servers = top.all('virtual_server').flatMap((statement) => {
    const kept: ConfDiagnostic[] = [];
    const later = reporter((diagnostic) => kept.push(diagnostic));
    const server = virtualServerOf(statement, groups, files, { ...context, later });
    const { position } = statement.keyword;
    const positionOf = (keyword: string) =>
      statement.block?.findLast((inner) => inner.keyword.text === keyword)?.keyword.position ?? position;
    return server === undefined ? [] : [{ server, position, positionOf, kept }];
  });
  return { virtual_server_group: groups, virtual_server: judgeVirtualServers(servers, groups, say) };
}

/** @param context `later` reports only when the server is not ignored */
function virtualServerOf(
  statement: Statement,
  groups: readonly VirtualServerGroup[],
  files: readonly VrrpTrackFile[],
  context: Context & { readonly later: Reporter },
): VirtualServer | undefined {
  const { say, later, scriptUser, globals, sites } = context;
  const target = targetOf(statement, say);
  const block = { statements: statement.block ?? [], position: statement.keyword.position };
  // keepalived does not read a block that it ignores, except one with a fwmark.
  if (target === undefined && statement.args[0]?.text !== 'fwmark') return undefined;
  const fields = readFields(block, VIRTUAL_SERVER, 'virtual_server', say);
  if (target === undefined) return undefined;
  const { method, above } = methodsOf(fields, say);
  if (!fields.has('lvs_method') && !fields.has('lb_kind'))
    later.warning(block.position, 'virtual_server has no lb_kind and defaults to NAT', 5, 'add lb_kind NAT');
  const { lb_kind, tunnel } = method ?? { lb_kind: 'NAT' as const, tunnel: undefined };
  const delay_loop = fields.number('delay_loop') ?? MINUTE;
  const port = target.kind === 'address' ? target.port : 0;
  const around = {
    port,
    method: { lb_kind, tunnel },
    delay_loop,
    connect_timeout: fields.number('connect_timeout') ?? 5000,
    retry: fields.number('retry'),
    delay_before_retry: fields.number('delay_before_retry'),
    warmup: fields.number('warmup'),
    weight: fields.number('weight') ?? 1,
    alpha: fields.has('alpha'),
    inhibit_on_failure: fields.has('inhibit_on_failure'),
    virtualhost: fields.text('virtualhost'),
    smtp_alert: fields.bool('smtp_alert') ?? globals.defs.smtp_alert_checker ?? globals.defs.smtp_alert ?? false,
    files,
  };
  const real_server = fields
    .all('real_server')
    .map((real) => realServerOf(real, { ...around, method: above.get(real) ?? around.method }, context))
    .filter((real) => real !== undefined);
  const sorry_server = sorryServerOf(fields, sorryMethod(fields, above) ?? { lb_kind, tunnel }, port, say);
  const named = target.kind === 'group' ? groups.find(({ name }) => name === target.group) : undefined;
  const first = target.kind === 'group' ? named?.members[0] : target;
  const marks =
    target.kind === 'fwmark' || (named !== undefined && named.members.every(({ kind }) => kind === 'fwmark'));
  const given = fields.text('ip_family');
  if (target.kind === 'address' && given !== undefined && (given === 'inet6') !== (familyOfTarget(target) === 'ipv6'))
    say.error(fields.position('ip_family'), `ip_family ${given} does not match ${target.address}`);
  const family =
    first?.kind === 'address'
      ? familyOfTarget(first)
      : given !== undefined
        ? given === 'inet6'
          ? 'ipv6'
          : 'ipv4'
        : first?.family === 'ipv6'
          ? 'ipv6'
          : familyOf(real_server[0]?.address ?? sorry_server?.address ?? '0.0.0.0');
  return {
    target: target.kind === 'fwmark' ? { ...target, family } : target,
    family,
    protocol: protocolOf(fields, marks, later),
    delay_loop,
    lb_algo: schedulerOf(fields, say, later),
    lb_flags: flagsOf(fields, fields.text('lvs_sched') ?? fields.text('lb_algo')),
    ops: fields.has('ops'),
    lb_kind,
    persistence_timeout: persistenceOf(fields, say),
    persistence_engine: fields.text('persistence_engine'),
    persistence_granularity: granularityOf(fields, family, say),
    virtualhost: fields.text('virtualhost'),
    alpha: around.alpha,
    omega: fields.has('omega'),
    inhibit_on_failure: around.inhibit_on_failure,
    ha_suspend: fields.has('ha_suspend') && !judgeSuspend(fields, target, named, later),
    quorum: fields.number('quorum') ?? 1,
    hysteresis: fields.number('hysteresis') ?? 0,
    quorum_up: scriptOf(fields.words('quorum_up'), scriptUser, sites),
    quorum_down: scriptOf(fields.words('quorum_down'), scriptUser, sites),
    smtp_alert: around.smtp_alert,
    sorry_server,
    sorry_server_inhibit: fields.has('sorry_server_inhibit'),
    real_server,
  };
}

function sorryMethod(fields: Fields, above: ReadonlyMap<Statement, Method>): Method | undefined {
  const statement = fields.last('sorry_server');
  return statement === undefined ? undefined : above.get(statement);
}

/** The last of lb_kind and lvs_method counts; for statements between two of them, the one above. */
function methodsOf(
  fields: Fields,
  say: Reporter,
): { readonly method: Method | undefined; readonly above: ReadonlyMap<Statement, Method> } {
  let method: Method | undefined;
  const above = new Map<Statement, Method>();
  for (const statement of fields.statements)
    if (/^(?:lb_kind|lvs_method)$/.test(statement.keyword.text)) method = methodOf(statement.args, say) ?? method;
    else if (method !== undefined) above.set(statement, method);
  return { method, above };
}

/** Whether a service cannot be suspended with its address: a fwmark has none. */
function judgeSuspend(
  fields: Fields,
  target: VirtualServer['target'],
  group: VirtualServerGroup | undefined,
  say: Reporter,
): boolean {
  const marked = target.kind === 'fwmark' || group?.members.some(({ kind }) => kind === 'fwmark') === true;
  if (marked) say.warning(fields.position('ha_suspend'), 'ha_suspend has no effect: a fwmark has no address', 5);
  return marked;
}

/** keepalived defaults to UDP, whatever the checks. A fwmark covers all protocols. */
function protocolOf(fields: Fields, fwmark: boolean, say: Reporter): Protocol {
  const text = fields.text('protocol');
  if (fwmark && fields.has('protocol'))
    say.warning(fields.position('protocol'), 'protocol ignored: a fwmark covers all protocols', 5, 'remove protocol');
  if (text === 'UDP' || text === 'SCTP' || text === 'TCP') return text;
  if (!fields.has('protocol') && !fwmark)
    say.warning(fields.position(''), 'virtual_server has no protocol and defaults to UDP', 5, 'add protocol TCP');
  return 'UDP';
}

function schedulerOf(fields: Fields, say: Reporter, later: Reporter): string {
  const name = fields.has('lvs_sched') ? 'lvs_sched' : 'lb_algo';
  const scheduler = fields.text(name);
  if (scheduler !== undefined && !SCHEDULERS.includes(scheduler))
    say.error(fields.position(name), `${name} takes one of ${SCHEDULERS.join(', ')}`);
  if (!fields.has(name))
    later.warning(fields.position(''), 'virtual_server has no lb_algo and defaults to wlc', 5, 'add lb_algo wlc');
  let before: string | undefined;
  for (const { keyword, args } of fields.statements) {
    if (keyword.text === 'lvs_sched' || keyword.text === 'lb_algo') before = args[0]?.text;
    else if (SCHEDULER_FLAGS.includes(keyword.text) && before !== 'sh' && before !== 'mh')
      say.warning(keyword.position, `${keyword.text} has no effect without lb_algo sh or mh above it`, 5);
  }
  return scheduler !== undefined && SCHEDULERS.includes(scheduler) ? scheduler : 'wlc';
}

function flagsOf(fields: Fields, scheduler: string | undefined): VirtualServer['lb_flags'] {
  const by = (...names: readonly string[]) =>
    names.some((name) => fields.has(name) && (name.startsWith('flag') || name.startsWith(`${scheduler}-`)));
  const flags = [
    by('flag-1', 'sh-fallback', 'mh-fallback') ? 'flag-1' : undefined,
    by('flag-2', 'sh-port', 'mh-port') ? 'flag-2' : undefined,
    by('flag-3') ? 'flag-3' : undefined,
  ] as const;
  return flags.filter((flag) => flag !== undefined);
}

function persistenceOf(fields: Fields, say: Reporter): number {
  const words = fields.words('persistence_timeout');
  const [first] = words ?? [];
  if (first === undefined) return words === undefined ? 0 : 6 * MINUTE;
  const seconds = unsignedOf(first.text);
  if (seconds !== undefined && seconds >= 1 && seconds <= 2_678_400) return seconds * 1000;
  say.error(first.position, `persistence_timeout takes seconds from 1 to 2678400, not ${quote(first)}`);
  return 0;
}

/** A netmask for IPv4, a prefix length for IPv6. */
function granularityOf(
  fields: Fields,
  family: 'ipv4' | 'ipv6',
  say: Reporter,
): VirtualServer['persistence_granularity'] {
  const text = fields.text('persistence_granularity');
  if (text === undefined) return undefined;
  const length = unsignedOf(text);
  const mask = inetAton(text);
  if (family === 'ipv6' && length !== undefined && length >= 1 && length <= 128) return length;
  if (family === 'ipv4' && mask !== undefined) return mask;
  const wanted = family === 'ipv4' ? 'a netmask such as 255.255.255.0' : 'a prefix length from 1 to 128';
  say.error(fields.position('persistence_granularity'), `persistence_granularity takes ${wanted}`);
  return undefined;
}

function sorryServerOf(
  fields: Fields,
  inherited: Pick<SorryServer, 'lb_kind' | 'tunnel'>,
  port: number,
  say: Reporter,
): SorryServer | undefined {
  const [host, at] = fields.words('sorry_server') ?? [];
  const first = fields.statements.findIndex(({ keyword: { text } }) => text === 'sorry_server');
  for (const [index, { keyword, args }] of fields.statements.entries()) {
    const { text, position } = keyword;
    if (!/^sorry_server_(?:lvs_method|inhibit)$/.test(text)) continue;
    if (first < 0 || index < first) say.warning(position, `${text} has no effect without sorry_server above it`, 5);
    else if (text === 'sorry_server_lvs_method' && args.length === 0)
      say.report({ severity: 'error', position, text: `${text} needs a value`, hint: undefined, exit: 2 });
  }
  if (host === undefined) return undefined;
  const method = methodOf(fields.words('sorry_server_lvs_method'), say);
  const address = bareAddress(host.text);
  if (address === undefined) {
    say.error(host.position, `sorry_server takes an address, not ${quote(host)}`);
    return undefined;
  }
  const own = portOf(at, 'sorry_server', say);
  return own === undefined ? undefined : { address, port: own === 0 ? port : own, ...(method ?? inherited) };
}
