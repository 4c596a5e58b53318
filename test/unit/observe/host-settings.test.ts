import { describe, expect, it } from 'vitest';
import { SETTINGS_PROBE, parseSettings } from '../../../src/observe/host-settings.ts';
import { SHELLS, runIn } from '../../support/shells.ts';

describe('settings of a host', () => {
  it('are enforced profiles of AppArmor, by program, and scripts that announce addresses', () => {
    const { confined, announcing } = parseSettings(
      [
        '/usr/sbin/keepalived (enforce)',
        'nginx (enforce)',
        '/usr/sbin/httpd (complain)',
        '/etc/network/if-up.d/announce',
        'other',
        '',
      ].join('\n'),
    );
    expect([...confined]).toEqual([
      ['keepalived', '/usr/sbin/keepalived'],
      ['nginx', 'nginx'],
    ]);
    expect(announcing).toEqual(['/etc/network/if-up.d/announce']);
  });

  it.each(SHELLS)('are read in $name', (shell) => {
    const { stderr } = runIn(shell, SETTINGS_PROBE);
    expect(stderr).toBe('');
  });
});
