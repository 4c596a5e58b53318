import { describe, expect, it } from 'vitest';
import { parseIndexTargets } from '../../../src/toolbox/apt-sources.ts';

const line = (...fields: readonly string[]): string => fields.join('|');

describe('what apt says about its sources', () => {
  it('yields the suite, its updates and its security updates', () => {
    const text = [
      line('Packages', 'Debian', 'http://m.test/security/', 'bookworm-security', 'main', 'bookworm-security', 'amd64'),
      line('Packages', 'Debian', 'http://m.test/debian/', 'bookworm-updates', 'main', 'bookworm-updates', 'amd64'),
      line('Packages', 'Debian', 'http://m.test/debian/', 'bookworm', 'main', 'bookworm', 'amd64'),
      line('Packages', 'Debian', 'http://m.test/debian/', 'bookworm', 'contrib', 'bookworm', 'amd64'),
      line('Translations', 'Debian', 'http://m.test/debian/', 'bookworm', 'main', 'bookworm', 'amd64'),
      line('Packages', 'Vendor', 'http://other.test/apt/', 'bookworm', 'main', 'bookworm', 'amd64'),
    ].join('\n');
    const keyring = '[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]';
    expect(parseIndexTargets(text)).toEqual({
      suite: 'bookworm',
      archive: 'http://m.test/debian/',
      security: 'http://m.test/security/',
      lines: [
        `deb ${keyring} http://m.test/security/ bookworm-security main`,
        `deb ${keyring} http://m.test/debian/ bookworm-updates main`,
        `deb ${keyring} http://m.test/debian/ bookworm main`,
      ],
    });
  });

  it('requests a suite by the name on the machine, and identifies it by codename', () => {
    const text = line('Packages', 'Debian', 'http://m.test/debian/', 'stable', 'main', 'trixie', 'amd64');
    expect(parseIndexTargets(text)).toMatchObject({ suite: 'trixie' });
    expect(parseIndexTargets(text)?.lines[0]).toMatch(/ stable main$/);
  });

  it('yields nothing without a Debian archive', () => {
    expect(parseIndexTargets('')).toBeUndefined();
    const ubuntu = line('Packages', 'Ubuntu', 'http://u.test/ubuntu/', 'noble', 'main', 'noble', 'amd64');
    expect(parseIndexTargets(ubuntu)).toBeUndefined();
  });
});
