import { doubt, mistake, type Finding, type Linted, type Rule } from '../finding.ts';

/** What directors have to agree on, and what they must not share. */
export function vrrp(inventory: Linted): readonly Finding[] {
  return [priorities, masters, preemption, interval].flatMap((rule) => rule(inventory));
}

const priorities: Rule = ({ cluster }) => {
  const seen = new Map<number, string>();
  return cluster.directors.flatMap(({ name, priority }, index) => {
    const other = seen.get(priority);
    seen.set(priority, name);
    if (other === undefined) return [];
    const what = `${other} and ${name} have the same priority, ${priority}: their addresses would decide who is master.`;
    return [mistake(['directors', index, 'priority'], what, 'Give each director a priority of its own.')];
  });
};

const masters: Rule = ({ cluster }) => {
  const highest = Math.max(...cluster.directors.map(({ priority }) => priority));
  const all = cluster.directors.map((director, index) => ({ director, at: ['directors', index, 'state'] }));
  const claimed = all.filter(({ director }) => director.state === 'MASTER');
  const second = claimed[1];
  const found: Finding[] = [];
  if (second !== undefined) {
    const who = claimed.map(({ director }) => director.name).join(' and ');
    found.push(mistake(second.at, `${who} both start as MASTER.`, 'Only the one with the highest priority should.'));
  }
  for (const { director, at } of claimed) {
    if (director.priority === highest || second !== undefined) continue;
    const what = `${director.name} starts as MASTER, but another director has a higher priority and takes over at once.`;
    found.push(doubt(at, what, 'Give it the highest priority, or leave `state` out.', [['directors']]));
  }
  return found;
};

const preemption: Rule = ({ cluster }) => {
  const { nopreempt, preempt_delay } = cluster.vrrp_instance;
  const found: Finding[] = [];
  if (nopreempt && preempt_delay !== undefined) {
    const what = '`preempt_delay` says when to take the VIP back, and `nopreempt` says never to.';
    found.push(mistake(['vrrp_instance', 'preempt_delay'], what, 'Keep one of them.'));
  }
  if (!nopreempt && preempt_delay === undefined) return found;
  const key = nopreempt ? 'nopreempt' : 'preempt_delay';
  cluster.directors.forEach(({ name, state }, index) => {
    if (state !== 'MASTER') return;
    const what = `${name} starts as MASTER, and \`${key}\` works only when every director starts as BACKUP.`;
    found.push(mistake(['directors', index, 'state'], what, 'Leave `state` out.'));
  });
  return found;
};

/** keepalived speaks VRRPv2 by default, and rounds: directors that round differently drop each other's adverts. */
const interval: Rule = ({ cluster }) => {
  const { advert_int, lines } = cluster.vrrp_instance;
  const version3 =
    /^\s*version\s+3\b/m.test(lines ?? '') || /^\s*vrrp_version\s+3\b/m.test(cluster.global_defs.lines ?? '');
  const at = ['vrrp_instance', 'advert_int'];
  if (version3) {
    return advert_int > 40.95
      ? [mistake(at, '`advert_int` is at most 40.95 seconds in VRRPv3 (RFC 9568 §5.2.7).')]
      : [];
  }
  if (Number.isInteger(advert_int)) return [];
  const what = `\`advert_int\` is ${advert_int}, and VRRPv2 counts in whole seconds.`;
  return [mistake(at, what, 'Use a whole number, or add `version: 3` to vrrp_instance.')];
};
