import { canonicalAddress, familyOf, isMulticast } from '../text/address.ts';
import type { Position } from '../diagnostic.ts';
import type { Statement } from '../language/read-statements.ts';
import { NO_CHECKS, checksOfKeyword } from '../language/include.ts';
import { GLOBAL_DEFS } from '../keywords/globals.ts';
import type { Fifo, GlobalDefs, LvsSyncDaemon, LvsTimeouts, Script, ScriptUser } from '../model/conf.ts';
import type { GarpConf, VrrpGlobals } from '../model/vrrp.ts';
import type { Reporter } from '../reporter.ts';
import type { ConfEnv } from '../source.ts';
import type { FifoScripts, Globals } from './context.ts';
import { type Fields, readFields } from './fields.ts';
import { interfaceName } from './interface-name.ts';
import { type ScriptSites, scriptOf, userOf } from './script.ts';
import { quote, wholeOf } from './values.ts';

/** All global_defs blocks combined, in order. */
export function globalsOf(
  blocks: readonly Statement[],
  env: ConfEnv,
  sites: ScriptSites,
  say: Reporter,
  start: Position,
): Globals {
  const statements = blocks.flatMap(({ block }) => block ?? []);
  const fields = readFields(
    { statements, position: blocks[0]?.keyword.position ?? start },
    GLOBAL_DEFS,
    'global_defs',
    say,
  );
  const script_user = userOf(fields.words('script_user')) ?? 'default';
  const program = (name: string): Script | undefined => scriptOf(fields.words(name), script_user, sites);
  const fifo_scripts: FifoScripts = {
    notify_fifo: program('notify_fifo_script'),
    vrrp_notify_fifo: program('vrrp_notify_fifo_script'),
    lvs_notify_fifo: program('lvs_notify_fifo_script'),
  };
  const defs = defsOf(fields, env, { script_user, fifo_scripts, program }, say);
  judgeDynamic(fields, say);
  judgeIncludeCheck(fields, say);
  return {
    defs,
    fifo_scripts,
    vrrp: vrrpOf(fields, defs),
    garp: garpOf(fields),
    version: fields.number('vrrp_version') === 3 ? 3 : 2,
    default_interface: fields.text('default_interface') ?? 'eth0',
    down_timer_adverts: fields.number('vrrp_down_timer_adverts') ?? 3,
    notify_priority_changes: fields.bool('vrrp_notify_priority_changes') ?? false,
    checker_log_all_failures: fields.bool('checker_log_all_failures') ?? false,
  };
}

/** keepalived ignores a statement that lacks these. */
const PROGRAMS = [
  'startup_script',
  'shutdown_script',
  'notify_fifo_script',
  'vrrp_notify_fifo_script',
  'lvs_notify_fifo_script',
];

interface Programs {
  readonly script_user: ScriptUser;
  readonly fifo_scripts: FifoScripts;
  readonly program: (name: string) => Script | undefined;
}

function defsOf(
  fields: Fields,
  env: ConfEnv,
  { script_user, fifo_scripts, program }: Programs,
  say: Reporter,
): GlobalDefs {
  if (script_user !== 'default' && env.host?.hasAccount(script_user) === false)
    say.warning(
      fields.position('script_user'),
      `there is no user ${script_user.user}${script_user.group === undefined ? '' : ` with group ${script_user.group}`} on this host`,
      5,
      'create it, or use another one',
    );
  judgeEmail(fields, say);
  for (const { keyword, args } of PROGRAMS.flatMap((name) => fields.all(name)))
    if (args.length === 0) say.error(keyword.position, `${keyword.text} needs a program`);
  judgeGroups(fields, say);
  return {
    router_id: fields.text('router_id') ?? env.hostname,
    notification_email: fields
      .all('notification_email')
      .flatMap(({ block }) => block ?? [])
      .flatMap(({ keyword, args }) => [keyword, ...args].map(({ text }) => text)),
    notification_email_from: fields.text('notification_email_from'),
    smtp_server: smtpServerOf(fields, say),
    smtp_helo_name: fields.text('smtp_helo_name'),
    smtp_connect_timeout: fields.number('smtp_connect_timeout') ?? 30_000,
    smtp_alert: fields.bool('smtp_alert'),
    smtp_alert_vrrp: fields.bool('smtp_alert_vrrp'),
    smtp_alert_checker: fields.bool('smtp_alert_checker'),
    notify_fifo: fifoOf(fields, 'notify_fifo', fifo_scripts),
    vrrp_notify_fifo: fifoOf(fields, 'vrrp_notify_fifo', fifo_scripts),
    lvs_notify_fifo: fifoOf(fields, 'lvs_notify_fifo', fifo_scripts),
    script_user,
    enable_script_security: fields.has('enable_script_security'),
    vrrp_rt_priority: fields.number('vrrp_rt_priority'),
    vrrp_priority: fields.number('vrrp_priority'),
    lvs_flush: fields.has('lvs_flush'),
    lvs_flush_on_stop: flushOf(fields, say),
    lvs_timeouts: timeoutsOf(fields, say),
    lvs_sync_daemon: syncDaemonOf(fields, say),
    startup_script: program('startup_script'),
    startup_script_timeout: fields.number('startup_script_timeout') ?? 10_000,
    shutdown_script: program('shutdown_script'),
    // systemd kills services that take longer than 10 s to stop; keepalived allows 10 s too.
    shutdown_script_timeout: fields.number('shutdown_script_timeout') ?? 5000,
  };
}

function vrrpOf(fields: Fields, defs: GlobalDefs): VrrpGlobals {
  const strict = fields.has('vrrp_strict');
  return {
    router_id: defs.router_id,
    vrrp_startup_delay: fields.number('vrrp_startup_delay') ?? 0,
    vrrp_delay_after_boot: fields.number('vrrp_delay_after_boot') ?? 0,
    vrrp_mcast_group4: fields.text('vrrp_mcast_group4') ?? '224.0.0.18',
    vrrp_mcast_group6: fields.text('vrrp_mcast_group6') ?? 'ff02::12',
    vrrp_strict: strict,
    vrrp_check_unicast_src: fields.has('vrrp_check_unicast_src'),
    vrrp_skip_check_adv_addr: fields.has('vrrp_skip_check_adv_addr'),
    vrrp_higher_prio_send_advert: fields.bool('vrrp_higher_prio_send_advert') ?? false,
    vrrp_lower_prio_no_advert: fields.bool('vrrp_lower_prio_no_advert') ?? strict,
    vrrp_owner_ignore_adverts: fields.bool('vrrp_owner_ignore_adverts') ?? false,
    smtp_alert: defs.smtp_alert_vrrp ?? defs.smtp_alert ?? false,
    no_email_faults: fields.has('no_email_faults'),
    fifo_write_vrrp_states_on_reload: fields.has('fifo_write_vrrp_states_on_reload'),
    v3_checksum_as_v2: fields.has('v3_checksum_as_v2'),
  };
}

function garpOf(fields: Fields): GarpConf {
  const min = fields.bool('vrrp_min_garp') ?? false;
  const delay = fields.number('vrrp_garp_master_delay') ?? (min ? 0 : 5000);
  const repeat = fields.number('vrrp_garp_master_repeat') ?? (min ? 1 : 5);
  return {
    garp_master_delay: delay,
    garp_master_repeat: repeat,
    garp_master_refresh: fields.number('vrrp_garp_master_refresh') ?? 0,
    garp_master_refresh_repeat: fields.number('vrrp_garp_master_refresh_repeat') ?? (min ? 0 : 1),
    garp_lower_prio_delay: fields.number('vrrp_garp_lower_prio_delay') ?? delay,
    garp_lower_prio_repeat: fields.number('vrrp_garp_lower_prio_repeat') ?? repeat,
    garp_interval: fields.number('vrrp_garp_interval') ?? 0,
    gna_interval: fields.number('vrrp_gna_interval') ?? 0,
  };
}

function smtpServerOf(fields: Fields, say: Reporter): GlobalDefs['smtp_server'] {
  const [host, port] = fields.words('smtp_server') ?? [];
  if (host === undefined) return undefined;
  const number = port === undefined ? 25 : wholeOf(port.text);
  if (port !== undefined && (number === undefined || number < 1 || number > 65_535))
    say.error(port.position, `smtp_server takes a port from 1 to 65535, not ${quote(port)}`);
  // A name is kept and resolved when mail is sent.
  return { address: canonicalAddress(host.text) ?? host.text, port: number ?? 25 };
}

function fifoOf(fields: Fields, name: keyof FifoScripts, scripts: FifoScripts): Fifo | undefined {
  const [path, ...owner] = fields.words(name) ?? [];
  if (path === undefined) return undefined;
  return { path: path.text, owner: userOf(owner), script: scripts[name] };
}

function flushOf(fields: Fields, say: Reporter): GlobalDefs['lvs_flush_on_stop'] {
  const words = fields.words('lvs_flush_on_stop');
  const [first] = words ?? [];
  if (words === undefined) return 'no';
  if (first !== undefined && first.text !== 'VS')
    say.error(first.position, `lvs_flush_on_stop takes VS or nothing, not ${quote(first)}`);
  return first === undefined ? 'all' : first.text === 'VS' ? 'VS' : 'no';
}

function judgeEmail(fields: Fields, say: Reporter): void {
  for (const { keyword, block = [] } of fields.all('notification_email'))
    if (block.length === 0)
      say.warning(keyword.position, 'notification_email has no addresses', 5, 'add one, or remove the block');
}

/** The default multicast groups of advertisements. */
function judgeGroups(fields: Fields, say: Reporter): void {
  for (const [name, family] of [
    ['vrrp_mcast_group4', 'ipv4'],
    ['vrrp_mcast_group6', 'ipv6'],
  ] as const) {
    const what = family === 'ipv4' ? 'IPv4' : 'IPv6';
    for (const { keyword, args } of fields.all(name)) {
      const address = canonicalAddress(args[0]?.text ?? '');
      if (address === undefined) continue;
      if (familyOf(address) !== family || !isMulticast(address))
        say.error(keyword.position, `${name} takes an ${what} multicast group, not ${address}`);
      else if (family === 'ipv6' && !/^ff[0-9a-f]2:/.test(address))
        say.warning(keyword.position, `${name} is not link-local like ff02::12`, 5);
    }
  }
}

/** The agent always allows interfaces to come and go; only the argument is checked. */
function judgeDynamic(fields: Fields, say: Reporter): void {
  const [option] = fields.words('dynamic_interfaces') ?? [];
  if (option !== undefined && option.text !== 'allow_if_changes')
    say.error(option.position, `dynamic_interfaces takes allow_if_changes or nothing, not ${quote(option)}`);
}

function judgeIncludeCheck(fields: Fields, say: Reporter): void {
  for (const { args } of fields.all('include_check'))
    for (const index of checksOfKeyword(
      args.map(({ text }) => text),
      NO_CHECKS,
    ).wrong) {
      const word = args[index];
      if (word !== undefined)
        say.error(word.position, `include_check takes read, match, wildcard_match or brace_match, not ${quote(word)}`);
    }
}

function timeoutsOf(fields: Fields, say: Reporter): LvsTimeouts | undefined {
  const words = fields.words('lvs_timeouts');
  if (words === undefined) return undefined;
  const timeouts = { tcp: 0, tcpfin: 0, udp: 0 };
  for (let index = 0; index < words.length; index += 2) {
    const [name, seconds] = [words[index], words[index + 1]];
    if (name === undefined) continue;
    const value = wholeOf(seconds?.text ?? '');
    if (name.text !== 'tcp' && name.text !== 'tcpfin' && name.text !== 'udp')
      say.error(name.position, `lvs_timeouts takes tcp, tcpfin and udp, not ${quote(name)}`);
    else if (value === undefined || value < 0 || value > 2_678_400)
      say.error((seconds ?? name).position, `${name.text} of lvs_timeouts takes seconds up to 2678400`);
    else timeouts[name.text] = value * 1000;
  }
  return timeouts;
}

function syncDaemonOf(fields: Fields, say: Reporter): LvsSyncDaemon | undefined {
  const [device, ...rest] = fields.words('lvs_sync_daemon') ?? [];
  if (device === undefined) return undefined;
  const numbers = new Map<string, number>();
  let instance: string | undefined;
  let group: string | undefined;
  const BOUNDS: Readonly<Record<string, readonly [number, number]>> = {
    id: [0, 255],
    maxlen: [1, 65_507],
    port: [1, 65_535],
    ttl: [1, 255],
  };
  for (let index = 0; index < rest.length; index += 1) {
    const option = rest[index];
    const bounds = Object.hasOwn(BOUNDS, option?.text ?? '') ? BOUNDS[option?.text ?? ''] : undefined;
    if (option === undefined) break;
    if (bounds === undefined && option.text !== 'inst' && option.text !== 'group') {
      if (index > 0) say.error(option.position, `lvs_sync_daemon has no option ${quote(option)}`);
      else instance = option.text;
      continue;
    }
    index += 1;
    const value = rest[index];
    if (value === undefined) say.error(option.position, `${option.text} of lvs_sync_daemon needs a value`);
    else if (option.text === 'inst') instance = value.text;
    else if (option.text === 'group') {
      group = canonicalAddress(value.text);
      if (group === undefined || !isMulticast(group))
        say.error(value.position, `group of lvs_sync_daemon takes a multicast group, not ${quote(value)}`);
    } else {
      const number = wholeOf(value.text) ?? -1;
      const [min, max] = bounds ?? [0, 0];
      if (number < min || number > max)
        say.error(value.position, `${option.text} of lvs_sync_daemon takes ${min} to ${max}, not ${quote(value)}`);
      numbers.set(option.text, number);
    }
  }
  return {
    interface: interfaceName(device, say),
    vrrp_instance: instance,
    id: numbers.get('id'),
    maxlen: numbers.get('maxlen'),
    port: numbers.get('port'),
    ttl: numbers.get('ttl'),
    group,
  };
}
