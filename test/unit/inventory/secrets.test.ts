import { describe, expect, it } from 'vitest';
import { openScreen } from '../../../src/cli/screen.ts';
import { originRows } from '../../../src/inventory/origins.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { hide } from '../../../src/plan/render.ts';
import { filesOfAll } from '../../../src/render/files.ts';
import { recordingStreams } from '../../support/hostile-text.ts';

const INVENTORY = `
vip: 10.0.0.9
directors: [10.0.0.1]
real_servers: [10.0.0.2]
ssh: {proxy_command: sshpass -p proxy-word ssh -W %h:%p jump}
secrets: [listed-word, {env: FROM_ENV}, {file: /from/file}]
raw: |
  $PART=raw-
  $PW=\${PART}word
  vrrp_script a {
    script "/bin/a listed-word env-word file-word"
  }
vrrp_instance:
  raw: |
    authentication {
      auth_type PASS
      auth_pass $PW
    }
`;

const read = (text: string) =>
  readInventory(['-'], {
    ...processEnvironment(),
    variables: { FROM_ENV: 'env-word' },
    readStandardInput: async () => new TextEncoder().encode(text),
    readFile: async () => new TextEncoder().encode('file-word\n'),
  });

const WORDS = ['listed-word', 'env-word', 'file-word', 'raw-word', 'proxy-word'];

describe('the secrets of an inventory', () => {
  it('are those that it lists, and what flows into passwords', async () => {
    const { secrets, diagnostics } = await read(INVENTORY);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    for (const word of WORDS) expect(secrets).toContain(word);
  });

  it('are known when there are mistakes in it', async () => {
    const { secrets, cluster } = await read(`${INVENTORY}web: 1\n`);
    expect(cluster).toBeUndefined();
    for (const word of WORDS) expect(secrets).toContain(word);
  });

  it('are in no text and no JSON of the screen', async () => {
    const { secrets } = await read(INVENTORY);
    for (const json of [false, true]) {
      const streams = recordingStreams();
      const screen = openScreen({ json, color: false }, {}, streams);
      screen.hide(secrets);
      for (const word of WORDS) {
        screen.line(`a ${word} b`);
        screen.lines([{ text: word, tone: 'add' }]);
        screen.block(`a\n${word}`);
        screen.error(`"${word}"`);
        screen.notice(word);
        screen.emit({ type: 'plan', plan: [{ text: `'${word}'` }] });
        expect(screen.shown(word)).toBe('[secret]');
      }
      for (const word of WORDS) expect(streams.out() + streams.err()).not.toContain(word);
    }
  });

  it('are hidden in files and among the values of the inventory', async () => {
    const { cluster, origins } = await read(INVENTORY);
    if (cluster === undefined) throw new Error('no cluster');
    const files = filesOfAll(cluster, () => ({ interfaceOf: () => 'eth0' })).flatMap((one) => one.files);
    const conf = files.find(({ path }) => path.endsWith('keepalived.conf'));
    expect(conf?.text).toContain('auth_pass $PW');
    for (const { text, secrets } of files) {
      for (const word of WORDS) expect(hide(text, secrets)).not.toContain(word);
    }
    const rows = new Map(originRows(origins).map(({ path, value }) => [path, value]));
    expect(rows.get('raw')).toContain('$PW=[secret]');
    expect(rows.get('vrrp_instance.raw')).toContain('auth_pass [secret]');
    expect(rows.get('secrets[0]')).toBe('[secret]');
  });

  it.each([
    ['secrets: [abc]', 'must be 4 to 1000 characters in one line, or {env: NAME}, {file: PATH}, '],
    ['secrets: [{env: NOT_SET}]', 'The environment variable NOT_SET, which holds `secrets[0]`, is not set.'],
    ['secrets: [{nonsense: a}]', 'must be 4 to 1000 characters in one line, or {env: NAME}, {file: PATH}, '],
  ])('are refused, and not shown: %s', async (line, expected) => {
    const { diagnostics } = await read(`vip: 10.0.0.9\ndirectors: [10.0.0.1]\nreal_servers: [10.0.0.2]\n${line}\n`);
    expect(diagnostics.map(({ what }) => what).join('\n')).toContain(expected);
  });
});
