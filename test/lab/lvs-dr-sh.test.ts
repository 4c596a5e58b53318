import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { SILENCE, pathsOf } from '../../src/forwarding/silence.ts';
import {
  folder,
  has,
  linkTools,
  removeFolder,
  root,
  run as runIn,
  script as write,
  shells,
} from '../support/script-namespace.ts';

beforeAll(linkTools);
removeFolder();

const SYSCTLS = pathsOf(SILENCE);

/** Writes the script for these VIPs; `path` replaces its PATH. */
const script = (vips: string, path?: string): string =>
  write('lvs.dr.sh', { vips, is_director: '', sysctls: SYSCTLS }, path);

/** A network card, and short words. */
const prelude = `
ip link add eth0 type veth peer name far
ip address add 192.168.168.102/24 dev eth0
ip link set eth0 up
values() { cat $conf/all/arp_ignore $conf/all/arp_announce $conf/lo/arp_ignore $conf/lo/arp_announce | tr '\\n' ' '; echo; }
set_values() { echo $1 >$conf/all/arp_ignore; echo $2 >$conf/all/arp_announce; echo $3 >$conf/lo/arp_ignore; echo $4 >$conf/lo/arp_announce; }
on_lo() { ip -o -4 address show dev lo | while read -r _ _ _ cidr _; do [ $cidr = 127.0.0.1/8 ] || printf '%s ' $cidr; done; echo; }
memory() { ls /run/lvs.dr 2>/dev/null | tr '\\n' ' '; echo; }
`;

const run = (scenario: string, variables: Readonly<Record<string, string>>): readonly string[] =>
  runIn(`${prelude}\n${scenario}`, variables);

describe.skipIf(!root).each(shells)('lvs.dr.sh in $name', ({ command, tools }) => {
  const dr = (vips: string): string => `${command} ${script(vips, tools)}`;
  const one = '192.168.168.12';

  it('starts silently on ARP and with the VIP, and stops to exactly what was there before', () => {
    expect(
      run(
        'set_values 2 1 8 0; $DR status; echo $?; $DR start; echo $?; values; on_lo; $DR status; echo $?; $DR stop; echo $?; values; on_lo; memory; $DR status; echo $?',
        { DR: dr(one) },
      ),
    ).toEqual([
      'lvs.dr.sh: stopped',
      '3',
      'lvs.dr.sh: added 192.168.168.12/32 to lo',
      '0',
      '1 2 1 2',
      '192.168.168.12/32',
      'lvs.dr.sh: running: 192.168.168.12',
      '0',
      'lvs.dr.sh: removed 192.168.168.12/32 from lo',
      '0',
      '2 1 8 0',
      '',
      '',
      'lvs.dr.sh: stopped',
      '3',
    ]);
  });

  it('does nothing on a second start, and still knows what was there before the first', () => {
    expect(
      run('set_values 0 1 0 1; $DR start; $DR start; echo $?; on_lo; cat /run/lvs.dr/sysctls; $DR stop; values', {
        DR: dr(one),
      }),
    ).toEqual([
      'lvs.dr.sh: added 192.168.168.12/32 to lo',
      '0',
      '192.168.168.12/32',
      'net/ipv4/conf/all/arp_ignore 0',
      'net/ipv4/conf/all/arp_announce 1',
      'net/ipv4/conf/lo/arp_ignore 0',
      'net/ipv4/conf/lo/arp_announce 1',
      'lvs.dr.sh: removed 192.168.168.12/32 from lo',
      '0 1 0 1',
    ]);
  });

  it('remembers across a boot that set other values', () => {
    expect(
      run(
        'set_values 0 0 3 0; $DR start; ip address del 192.168.168.12/32 dev lo; set_values 1 2 1 2; $DR start; $DR stop; values',
        { DR: dr(one) },
      ).at(-1),
    ).toBe('0 0 3 0');
  });

  it('stops without a word when it was never started, and leaves all values alone', () => {
    expect(run('set_values 0 1 0 0; $DR stop; echo $?; values', { DR: dr(one) })).toEqual(['0', '0 1 0 0']);
  });

  it('knows the values that an earlier version of it remembered', () => {
    const scenario =
      "mkdir /run/lvs.dr; printf 'all/arp_ignore 0\\nall/arp_announce 1\\n' >/run/lvs.dr/sysctls; set_values 1 2 1 2; $DR start >/dev/null; $DR stop >/dev/null; values";
    expect(run(scenario, { DR: dr(one) })).toEqual(['0 1 1 2']);
  });

  it('has a VIP of IPv6 without its network and without a search for duplicates', () => {
    const scenario =
      '$DR start; ip -6 -o address show dev lo | while read -r _ _ _ cidr rest; do [ "$cidr" = ::1/128 ] || echo "$cidr ${rest%%\\\\*}"; done; $DR status; $DR stop';
    expect(run(scenario, { DR: dr('fd00::12') })).toEqual([
      'lvs.dr.sh: added fd00::12/128 to lo',
      'fd00::12/128 scope global nodad',
      'lvs.dr.sh: running: fd00::12',
      'lvs.dr.sh: removed fd00::12/128 from lo',
    ]);
  });

  it('keeps several VIPs', () => {
    expect(
      run('$DR start; on_lo; $DR status; echo $?; $DR stop; on_lo', { DR: dr('192.168.168.12 192.168.168.13') }),
    ).toEqual([
      'lvs.dr.sh: added 192.168.168.12/32 to lo',
      'lvs.dr.sh: added 192.168.168.13/32 to lo',
      '192.168.168.12/32 192.168.168.13/32',
      'lvs.dr.sh: running: 192.168.168.12 192.168.168.13',
      '0',
      'lvs.dr.sh: removed 192.168.168.12/32 from lo',
      'lvs.dr.sh: removed 192.168.168.13/32 from lo',
      '',
    ]);
  });

  it.each(['start', 'restart'])('takes off a VIP that left the list on %s', (verb) => {
    const variables = { OLD: dr('192.168.168.12 192.168.168.13'), NEW: dr('192.168.168.13 192.168.168.14') };
    const said = run(
      `$OLD start >/dev/null; $NEW status; echo $?; $NEW ${verb} >/dev/null; echo $?; on_lo; $NEW status; $NEW stop >/dev/null; on_lo; values; memory`,
      variables,
    );
    expect(said).toEqual([
      'lvs.dr.sh: 192.168.168.14 is not on lo',
      'lvs.dr.sh: 192.168.168.12 is still on lo and no longer a VIP',
      '1',
      '0',
      '192.168.168.13/32 192.168.168.14/32',
      'lvs.dr.sh: running: 192.168.168.13 192.168.168.14',
      '',
      '0 0 0 0',
      '',
    ]);
  });

  it('takes off a VIP that left the list on stop', () => {
    const variables = { OLD: dr('192.168.168.12 192.168.168.13'), NEW: dr('192.168.168.13') };
    expect(run('$OLD start >/dev/null; $NEW stop >/dev/null; on_lo', variables)).toEqual(['']);
  });

  it('names each thing that is off', () => {
    const scenario =
      '$DR start >/dev/null; ip address del 192.168.168.12/32 dev lo; echo 0 >$conf/all/arp_ignore; $DR status; echo $?';
    expect(run(scenario, { DR: dr('192.168.168.12 192.168.168.13') })).toEqual([
      'lvs.dr.sh: 192.168.168.12 is not on lo',
      'lvs.dr.sh: net.ipv4.conf.all.arp_ignore is 0, not 1',
      '1',
    ]);
  });

  it('replaces a VIP whose prefix makes a whole network local', () => {
    const scenario =
      'ip address add 192.168.168.12/24 dev lo; $DR status; echo $?; $DR start; on_lo; $DR status; echo $?';
    expect(run(scenario, { DR: dr(one) })).toEqual([
      'lvs.dr.sh: 192.168.168.12 is on lo with a prefix other than /32',
      'lvs.dr.sh: net.ipv4.conf.all.arp_ignore is 0, not 1',
      'lvs.dr.sh: net.ipv4.conf.all.arp_announce is 0, not 2',
      'lvs.dr.sh: net.ipv4.conf.lo.arp_ignore is 0, not 1',
      'lvs.dr.sh: net.ipv4.conf.lo.arp_announce is 0, not 2',
      '1',
      'lvs.dr.sh: removed 192.168.168.12/24 from lo',
      'lvs.dr.sh: added 192.168.168.12/32 to lo',
      '192.168.168.12/32',
      'lvs.dr.sh: running: 192.168.168.12',
      '0',
    ]);
  });

  it('fails when the VIP is on a network card, where it answers ARP', () => {
    const scenario = 'ip address add 192.168.168.12/24 dev eth0; $DR start; echo $?; $DR status; echo $?';
    expect(run(scenario, { DR: dr(one) })).toEqual([
      'lvs.dr.sh: added 192.168.168.12/32 to lo',
      'lvs.dr.sh: 192.168.168.12 is on eth0 too, where it answers ARP; remove it there',
      '1',
      'lvs.dr.sh: 192.168.168.12 is on eth0, where it answers ARP',
      '1',
    ]);
  });

  it('distinguishes wrong usage from missing permission', () => {
    const scenario =
      '$DR; echo $?; $DR begin; echo $?; $DR start now; echo $?; setpriv --reuid 65534 --clear-groups $DR start; echo $?; setpriv --reuid 65534 --clear-groups $DR status; echo $?';
    chmodSync(folder, 0o755);
    expect(run(scenario, { DR: dr(one) })).toEqual([
      'lvs.dr.sh: usage: lvs.dr.sh start|stop|restart|reload|status',
      '2',
      'lvs.dr.sh: usage: lvs.dr.sh start|stop|restart|reload|status',
      '2',
      'lvs.dr.sh: usage: lvs.dr.sh start|stop|restart|reload|status',
      '2',
      'lvs.dr.sh: start needs root',
      '4',
      'lvs.dr.sh: stopped',
      '3',
    ]);
  });

  it('says what it cannot write', () => {
    const scenario = 'mount -o remount,ro /run; $DR start; echo $?; on_lo; values';
    expect(run(scenario, { DR: dr(one) })).toEqual([
      'lvs.dr.sh: cannot make the folder /run/lvs.dr',
      '1',
      '',
      '0 0 0 0',
    ]);
  });
});

describe.skipIf(!root)('the order of lvs.dr.sh', () => {
  /** An `ip` that writes down arp_ignore at the moment of each change, and can be set to refuse one. */
  const watched = (): string => {
    const bin = join(folder, 'watched');
    mkdirSync(bin, { recursive: true });
    const real = execFileSync('which', ['ip'], { encoding: 'utf8' }).trim();
    writeFileSync(
      join(bin, 'ip'),
      `#!/bin/sh\ncase "$*" in *"\${REFUSE:-nothing}"*) echo 'set to refuse' >&2; exit 2;; esac\ncase "$*" in "address add"*|"address del"*) echo "$2 with arp_ignore $(cat /proc/sys/net/ipv4/conf/all/arp_ignore)";; esac >>/run/order\nexec ${real} "$@"\n`,
    );
    chmodSync(join(bin, 'ip'), 0o755);
    return `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`;
  };
  const dr = (): string => `sh ${script('192.168.168.12', watched())}`;

  it('is silent before the VIP comes and until it is gone', () => {
    expect(run('$DR start >/dev/null; $DR stop >/dev/null; cat /run/order; values', { DR: dr() })).toEqual([
      'add with arp_ignore 1',
      'del with arp_ignore 1',
      '0 0 0 0',
    ]);
  });

  it('stays silent when a VIP cannot be removed', () => {
    const scenario =
      '$DR start >/dev/null; REFUSE="address del" $DR stop; echo $?; values; memory; $DR stop >/dev/null; values';
    expect(run(scenario, { DR: dr() })).toEqual([
      'lvs.dr.sh: cannot remove 192.168.168.12/32 from lo: set to refuse',
      '1',
      '1 2 1 2',
      'addresses sysctls',
      '0 0 0 0',
    ]);
  });

  it('knows of a VIP that it was interrupted in adding', () => {
    const scenario =
      'REFUSE="address add" $DR start; echo $?; cat /run/lvs.dr/addresses; $DR status; echo $?; $DR stop; echo $?; values; memory';
    expect(run(scenario, { DR: dr() })).toEqual([
      'lvs.dr.sh: cannot add 192.168.168.12/32 to lo: set to refuse',
      '1',
      '192.168.168.12',
      'lvs.dr.sh: stopped',
      '3',
      '0',
      '0 0 0 0',
      '',
    ]);
  });
});

describe.skipIf(!root)('a real server on the wire', () => {
  it.skipIf(!has('busybox'))('answers ARP for the VIP on lo by default, and no longer after lvs.dr.sh start', () => {
    const scenario = `
unshare --net sh -c 'echo ready; exec sleep 30' >/run/ready & client=$!
while ! grep -qs ready /run/ready; do sleep 0.05; done
ip link set far netns $client
there() { nsenter --net=/proc/$client/ns/net "$@"; }
there ip address add 192.168.168.200/24 dev far; there ip link set far up
asked() { there ip neigh flush dev far; there busybox ping -c 1 -W 1 192.168.168.12 >/dev/null 2>&1; case "$(there ip neigh show 192.168.168.12 dev far)" in *lladdr*) echo answered;; *) echo silent;; esac; }
ip address add 192.168.168.12/32 dev lo; asked
$DR start; asked
there busybox ping -c 1 -W 1 192.168.168.102 >/dev/null && echo reachable
$DR stop >/dev/null; ip address add 192.168.168.12/32 dev lo; asked
kill $client`;
    expect(run(scenario, { DR: `sh ${script('192.168.168.12')}` })).toEqual([
      'answered',
      'silent',
      'reachable',
      'answered',
    ]);
  });
});
