/** Words and phrases that the glossary replaces (CONTRIBUTING.md, "Glossary"), in lower case. */
/** @type {Readonly<Record<string, string>>} */
export const REPLACEMENTS = {
  told: 'reported, given, configured',
  tell: 'report, show, identify, distinguish',
  tells: 'reports, shows, identifies, distinguishes',
  telling: 'reporting, significant',
  'a look': 'an observation, a check',
  'the look': 'the observation, the check',
  fitness: 'preflight',
  together: 'simultaneous, combined, at once',
  leftover: 'obsolete',
  leftovers: 'obsolete files',
  undecided: 'unmanaged',
  uncompared: 'unverified',
  felt: 'disruptive, noticed',
  owe: 'mark as pending',
  owes: 'has pending',
  owed: 'pending',
  owing: 'pending',
  scene: 'setup',
  scenes: 'setups',
  workshop: 'toolbox',
  mend: 'repair, restore, fix',
  mends: 'repairs, restores, fixes',
  mended: 'repaired, restored, fixed',
  mending: 'repair',
  ailment: 'fault',
  ailments: 'faults',
  nobody: 'no host, no user, none',
  somebody: 'another user, another process',
  whoever: 'the user, the process, the caller',
};

/** Uses that are not prose: `nobody` as the name of a system user. */
export const EXCEPTIONS = /(?<='|-o |user |\/nonexistent |\/bin\/\w{1,9} |nginx, )nobody\b/g;

/** Folders and files to check, as paths in the repository. */
export const CHECKED = ['src', 'test', 'docs', 'bin', 'inventories', 'README.md', 'CHANGELOG.md', 'SECURITY.md'];

/** Parts of these that are not checked: recorded data, and this table with its test. */
export const UNCHECKED = ['test/fixtures', 'test/language', 'test/unit/language'];
