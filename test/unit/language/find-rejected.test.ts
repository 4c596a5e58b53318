import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { findRejected } from '../../language/find-rejected.js';

const CHECK = path.join(import.meta.dirname, '../../language/check.js');

describe('rejected words', () => {
  it.each([
    ['a comment', '// The user is told once.', 'told'],
    ['a name in camel case', 'function tellFailure() {}', 'tell'],
    ['a test title', "it('whoever runs it')", 'whoever'],
    ['a phrase', '/** Another run had a look. */', 'a look'],
  ])('are found in %s', (_name, text, word) => {
    expect(findRejected(`ok\n${text}`)).toEqual([{ line: 2, word, replacement: expect.stringMatching(/./) }]);
  });

  it.each(['allowed', 'slowest', 'amended', 'a lookup', 'Power', "user: 'nobody'", 'install -d -o nobody /run'])(
    'are not found in %s',
    (text) => {
      expect(findRejected(text)).toEqual([]);
    },
  );

  it('are in none of the checked folders', () => {
    const { status, stderr } = spawnSync(process.execPath, [CHECK], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });
});
