import { describe, expect, it } from 'vitest';
import { type Command, quote } from '../../../src/remote/command.ts';
import { type ServiceHave, type ServiceWant, markPending, service } from '../../../src/resources/service.ts';
import { surroundings } from '../../support/surroundings.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';

const want = (given: Partial<ServiceWant> = {}): ServiceWant => ({
  kind: 'service',
  unit: 'keepalived.service',
  reloadOn: ['/etc/conf'],
  restartOn: ['/usr/bin/it'],
  disruptive: true,
  ...given,
});

const have = (given: Partial<ServiceHave> = {}): ServiceHave => ({
  load: 'loaded',
  active: 'active',
  enabled: 'enabled',
  pending: undefined,
  ...given,
});

const followUp = (wanted: ServiceWant, own: ReturnType<typeof service.diff>, changed: ReadonlySet<string>) =>
  service.followUp?.(wanted, own, changed);

const steps = (diff: ReturnType<typeof service.diff>) =>
  diff === undefined ? [] : service.steps(want(), diff, surroundings()).map(({ script }) => script);

describe('a service', () => {
  it('is looked at with all others by one process', () => {
    const [probe] = service.probe(['keepalived.service', 'a b.service']).script.split('\nelif ');
    expect(probe).toBe(
      `for unit in keepalived.service 'a b.service'; do [ -e /run/lvsctl/pending/"$unit" ] && { read -r order < /run/lvsctl/pending/"$unit"; echo "Pending=$unit $order"; }; done
echo
if [ -d /run/systemd/system ]; then
systemctl show -p Names,LoadState,ActiveState,UnitFileState -- keepalived.service 'a b.service'`,
    );
  });

  it('is read, under each of its names; one that is not found is not there', () => {
    const output = `Pending=sshd.service

Names=ssh.service sshd.service
LoadState=loaded
ActiveState=active
UnitFileState=enabled

Names=nosuch.service
LoadState=not-found
ActiveState=inactive
UnitFileState=

Names=dbus.service
LoadState=loaded
ActiveState=failed
UnitFileState=static
`;
    expect(Object.fromEntries(service.parse(output))).toEqual({
      'ssh.service': have(),
      'sshd.service': have({ pending: 'reload' }),
      'dbus.service': have({ active: 'failed', enabled: 'static' }),
    });
  });

  it.each(['disabled', 'masked', 'enabled-runtime', ''])('must be enabled when it is "%s"', (enabled) => {
    expect(service.diff(want(), have({ enabled }))).toMatchObject({
      action: 'update',
      disruptive: false,
      fields: [{ name: 'enabled', before: 'no', after: 'yes' }],
    });
  });

  it.each(['inactive', 'failed', 'activating', 'deactivating', 'reloading'])(
    'must be started when it is %s',
    (active) => {
      expect(service.diff(want(), have({ active }))).toMatchObject({
        disruptive: true,
        fields: [{ name: 'active', before: active, after: 'active' }],
      });
    },
  );

  it('is enabled and started, and shows its log when it does not start', () => {
    expect(steps(service.diff(want(), undefined))).toEqual([
      '[ "$(systemctl show -p UnitFileState --value -- keepalived.service)" = enabled ] || systemctl --quiet enable keepalived.service',
      `systemctl is-failed --quiet keepalived.service && systemctl reset-failed keepalived.service
order=restart
systemctl $order keepalived.service || { systemctl --no-pager --lines=12 --full status keepalived.service >&2; exit 1; }`,
      'rm -f /run/lvsctl/pending/keepalived.service',
    ]);
  });
});

describe.each(SHELLS)('a service in a crash loop, in $name', (shell) => {
  /** What systemctl is asked for, where a unit is in that state; like systemd, it reloads a unit that is activating. */
  const orders = (given: ServiceWant, state: string, diff: ReturnType<typeof service.diff>): readonly string[] => {
    const body = (diff === undefined ? [] : service.steps(given, diff, surroundings()))
      .map(({ script }) => script)
      .join('\n');
    const { stdout } = runIn(shell, {
      ...markPending('u'),
      script: `set -e
systemctl() {
  case $1 in
    is-active) [ "$state" = active ] ;;
    is-failed) [ "$state" = failed ] ;;
    reload-or-restart) echo "$1"; [ "$state" != activating ] ;;
    restart) echo "$1"; state=active ;;
  esac
}
state=${state}
${body}`,
    });
    return stdout.trim().split('\n');
  };
  const reloadOnly = want({ restartOn: [] });

  it('restarts, whatever changed, although systemd would reload it', () => {
    const crashing = have({ active: 'activating' });
    expect(orders(reloadOnly, 'activating', service.diff(reloadOnly, crashing))).toEqual(['restart']);
    const changedUnit = followUp(want(), service.diff(want(), crashing), new Set(['/usr/bin/it']));
    expect(orders(want(), 'activating', changedUnit)).toEqual(['restart']);
  });

  it('restarts after a change of its program or its unit file, also when it is active for a moment', () => {
    const diff = followUp(want(), service.diff(want(), have({ active: 'activating' })), new Set(['/usr/bin/it']));
    expect(orders(want(), 'active', diff)).toEqual(['restart']);
  });

  it('restarts when its turn to reload comes between two of its lives', () => {
    const diff = followUp(want(), service.diff(want(), have()), new Set(['/etc/conf']));
    expect(orders(want(), 'activating', diff)).toEqual(['restart']);
    expect(orders(want(), 'active', diff)).toEqual(['reload-or-restart']);
  });

  it('reloads when a package has started it since, with the former configuration', () => {
    expect(orders(reloadOnly, 'active', service.diff(reloadOnly, undefined))).toEqual(['reload-or-restart']);
  });
});

it('a service is left alone on a host whose init system is not known', () => {
  const diff = service.diff(want(), undefined);
  if (diff === undefined) throw new Error('no difference');
  expect(service.steps(want(), diff, surroundings({ initSystem: undefined })).map(({ script }) => script)).toEqual([
    "echo 'unsupported init system' >&2; exit 1",
  ]);
});

describe('a running service with a pending reload', () => {
  const withPending = service.diff(want(), have({ pending: 'reload' }));

  it('reloads, although nothing of its own changes, and says why', () => {
    expect(withPending).toEqual({
      action: 'run',
      disruptive: false,
      fields: [{ name: 'reload', before: undefined, after: 'now' }],
      reason: 'pending since an earlier run changed its files',
    });
    expect(followUp(want(), withPending, new Set())).toBe(withPending);
  });

  it('does it once, also when its files change again', () => {
    expect(followUp(want(), withPending, new Set(['/etc/conf']))).toMatchObject({
      action: 'run',
      fields: [{ name: 'reload' }],
      reason: '/etc/conf changes',
    });
    expect(followUp(want(), withPending, new Set(['/usr/bin/it']))?.fields.map(({ name }) => name)).toEqual([
      'restart',
    ]);
  });
});

describe('a restart that an earlier run did not come to', () => {
  const withPending = service.diff(want(), have({ pending: 'restart' }));

  it('is made, and a reload does not stand for it', () => {
    expect(withPending).toMatchObject({ disruptive: true, fields: [{ name: 'restart' }] });
    expect(followUp(want(), withPending, new Set(['/etc/conf']))).toBe(withPending);
  });

  it.each(SHELLS)('is noted in $name, and a later note of a reload leaves it', (shell) => {
    const folder = temporaryFolder();
    const inFolder = (command: Command) => command.script.replaceAll('/run/lvsctl', () => quote(folder));
    const unit = 'keepalived.service';
    const notes = [markPending(unit), markPending(unit, 'restart'), markPending(unit)].map(inFolder).join('\n');
    const probe = inFolder(service.probe([unit])).replace(/^systemctl.*/m, ':');
    const { stdout, stderr } = runIn(shell, { ...markPending(unit), script: `${notes}\n${probe}` });
    expect([stdout.trim(), stderr]).toEqual([`Pending=${unit} restart`, '']);
  });
});

describe('a service that must not run', () => {
  const unwanted = want({ stoppedBecause: 'the engine is the agent' });

  it('is stopped and disabled, with the reason, whatever changes around it', () => {
    const diff = service.diff(unwanted, have());
    expect(diff).toEqual({
      action: 'update',
      disruptive: true,
      late: true,
      reason: 'the engine is the agent',
      fields: [
        { name: 'enabled', before: 'yes', after: 'no' },
        { name: 'active', before: 'active', after: 'inactive' },
      ],
    });
    expect(followUp(unwanted, diff, new Set(['/etc/conf', '/usr/bin/it']))).toBe(diff);
    expect(diff && service.steps(unwanted, diff, surroundings()).map(({ script }) => script)).toEqual([
      'systemctl --quiet disable --now keepalived.service',
    ]);
  });
});

describe('a running service', () => {
  const own = service.diff(want(), have());

  it('does nothing when nothing of its own changes', () => {
    expect(followUp(want(), own, new Set(['/etc/other']))).toBeUndefined();
  });

  it('reloads when its file changes, and names the cause', () => {
    const diff = followUp(want(), own, new Set(['/etc/conf']));
    expect(diff).toEqual({
      action: 'run',
      disruptive: false,
      fields: [{ name: 'reload', before: undefined, after: 'now' }],
      reason: '/etc/conf changes',
    });
    expect(steps(diff)).toEqual([
      `systemctl is-active --quiet keepalived.service && order=reload-or-restart || order=restart
systemctl $order keepalived.service
systemctl is-active --quiet keepalived.service`,
      'rm -f /run/lvsctl/pending/keepalived.service',
    ]);
  });

  it('restarts rather than reloads when both are due, and names the cause of the restart', () => {
    const diff = followUp(want(), own, new Set(['/etc/conf', '/usr/bin/it']));
    expect(diff).toMatchObject({ disruptive: true, reason: '/usr/bin/it changes' });
    expect(steps(diff)).toEqual([
      'systemctl restart keepalived.service',
      'rm -f /run/lvsctl/pending/keepalived.service',
    ]);
  });

  it('names every cause', () => {
    const two = want({ reloadOn: ['/etc/a', '/etc/b', '/etc/c'] });
    expect(followUp(two, own, new Set(['/etc/c', '/etc/a']))?.reason).toBe('/etc/a, /etc/c changes');
  });

  it('is enabled and reloaded when both are due', () => {
    const diff = followUp(want(), service.diff(want(), have({ enabled: 'disabled' })), new Set(['/etc/conf']));
    expect(diff?.action).toBe('update');
    expect(diff?.fields.map(({ name }) => name)).toEqual(['enabled', 'reload']);
  });

  it('needs neither when it is about to be started', () => {
    const start = service.diff(want(), have({ active: 'failed' }));
    expect(followUp(want(), start, new Set(['/etc/conf', '/usr/bin/it']))).toBe(start);
  });
});
