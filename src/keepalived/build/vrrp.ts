import type { Statement } from '../language/read-statements.ts';
import { GARP_GROUP, VRRP_SYNC_GROUP } from '../keywords/vrrp.ts';
import type { VrrpConf, VrrpInstance, VrrpSyncGroup } from '../model/vrrp.ts';
import { addressesOf } from './addresses.ts';
import type { Context } from './context.ts';
import { type Fields, readFields } from './fields.ts';
import { type Trackable, instanceOf } from './instance.ts';
import { judgeGroups, judgeInstance, judgeInstances } from '../judge/vrrp.ts';
import { type Named, namedBlocks } from './named.ts';
import { notifyOf } from './script.ts';
import { routesOf } from './routes.ts';
import { rulesOf } from './rules.ts';
import { trackFileOf, trackProcessOf, trackedInterfacesOf, trackedOf, vrrpScriptOf } from './tracking.ts';
import { quote } from './values.ts';

/** Everything about VRRP in the order of dependencies: tracked items, instances, groups. */
export function vrrpOf(top: Fields, context: Context): VrrpConf {
  const { say, globals } = context;
  const named = (...keywords: readonly string[]) =>
    namedBlocks(
      keywords.flatMap((name) => top.all(name)),
      say,
    );
  const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value]);
  const scripts = named('vrrp_script').flatMap((block) => present(vrrpScriptOf(block, context)));
  const processes = named('vrrp_track_process').flatMap((block) => present(trackProcessOf(block, context)));
  const files = named('track_file', 'vrrp_track_file').flatMap((block) => present(trackFileOf(block, context)));
  const trackable: Trackable = {
    vrrp_script: new Set(scripts.map(({ name }) => name)),
    vrrp_track_process: new Set(processes.map(({ name }) => name)),
    track_file: new Set(files.map(({ name }) => name)),
  };
  const gaps = garpGroupsOf(top.all('garp_group'), context);
  const static_rules = rulesOf(top.all('static_rules'), 'static_rules', context);
  const instances: VrrpInstance[] = [];
  for (const block of named('vrrp_instance')) {
    const read = instanceOf(block, context, trackable);
    const judged = judgeInstance(read.instance, read.fields, say);
    instances.push({ ...judged, garp: { ...judged.garp, ...gaps.get(judged.interface) } });
    judgeInstances(instances, read.fields, say);
  }
  const groups = named('vrrp_sync_group').map((block) => syncGroupOf(block, context, trackable));
  judgeGroups(groups, instances, say);
  const talkative = new Set(groups.flatMap(({ group, notifiesPriorities }) => (notifiesPriorities ? group.group : [])));
  return {
    globals: globals.vrrp,
    static_ipaddress: addressesOf(top.all('static_ipaddress'), 'static_ipaddress', say).map((address) => ({
      ...address,
      dev: address.dev ?? globals.default_interface,
    })),
    static_routes: routesOf(top.all('static_routes'), 'static_routes', context),
    static_rules,
    vrrp_script: scripts,
    vrrp_track_process: processes,
    vrrp_track_file: files,
    vrrp_sync_group: groups.map(({ group }) => group),
    vrrp_instance: instances.map((instance) =>
      talkative.has(instance.name) ? { ...instance, notify_priority_changes: true } : instance,
    ),
  };
}

function syncGroupOf({ name, block }: Named, context: Context, trackable: Trackable) {
  const { say, globals } = context;
  const fields = readFields(block, VRRP_SYNC_GROUP, 'vrrp_sync_group', say);
  const [, second] = fields.all('group');
  if (second !== undefined)
    say.error(second.keyword.position, `vrrp_sync_group ${name} has two group blocks`, 'merge them');
  if (fields.has('global_tracking'))
    say.warning(
      fields.position('global_tracking'),
      'global_tracking is deprecated',
      5,
      'put track_* blocks into the group',
    );
  const members = fields
    .all('group')
    .flatMap((statement) => statement.block ?? [])
    .flatMap(({ keyword, args }) => [keyword, ...args]);
  const group: VrrpSyncGroup = {
    name,
    group: members.map(({ text }) => text),
    track_interface: trackedInterfacesOf(fields.all('track_interface'), say),
    track_script: trackedOf(fields.all('track_script'), 'track_script', 253, trackable.vrrp_script, say),
    track_process: trackedOf(fields.all('track_process'), 'track_process', 254, trackable.vrrp_track_process, say),
    track_file: trackedOf(fields.all('track_file'), 'track_file', 254, trackable.track_file, say),
    sync_group_tracking_weight: fields.has('sync_group_tracking_weight'),
    notify: notifyOf(fields, context),
    smtp_alert: fields.bool('smtp_alert') ?? globals.vrrp.smtp_alert,
  };
  return {
    group,
    members,
    position: fields.position('group'),
    notifiesPriorities: fields.bool('notify_priority_changes') === true,
  };
}

interface Gaps {
  readonly garp_interval?: number;
  readonly gna_interval?: number;
}

/** The times between two announcements, by interface. */
function garpGroupsOf(blocks: readonly Statement[], { say, globals, interfaces }: Context): ReadonlyMap<string, Gaps> {
  const gaps = new Map<string, Gaps>();
  for (const { keyword, block } of blocks) {
    const fields = readFields({ statements: block ?? [], position: keyword.position }, GARP_GROUP, 'garp_group', say);
    const names = [
      ...fields.all('interface').flatMap(({ args: [name] }) => (name === undefined ? [] : [{ name, alone: false }])),
      ...fields.all('interfaces').flatMap((statement) => {
        const all = (statement.block ?? []).flatMap((line) => [line.keyword, ...line.args]);
        if (all.length === 0) say.error(statement.keyword.position, 'interfaces of garp_group is empty', 'add one');
        return all.map((name) => ({ name, alone: all.length === 1 }));
      }),
    ];
    const garp_interval = fields.number('garp_interval') ?? globals.garp.garp_interval;
    const gna_interval = fields.number('gna_interval') ?? globals.garp.gna_interval;
    if (!fields.has('garp_interval') && !fields.has('gna_interval'))
      say.warning(keyword.position, 'garp_group has no effect without garp_interval or gna_interval', 5);
    if (names.length === 0) say.warning(keyword.position, 'garp_group has no effect without interfaces', 0);
    for (const { name, alone } of names) {
      if (interfaces.lacks(name)) continue;
      if (!gaps.has(name.text)) gaps.set(name.text, { garp_interval, gna_interval });
      else
        say.report({
          severity: 'error',
          position: name.position,
          text: `${quote(name)} is already in another garp_group`,
          hint: undefined,
          // keepalived expects a second word here, and reads no further without it.
          exit: alone ? 2 : 5,
        });
    }
  }
  return gaps;
}
