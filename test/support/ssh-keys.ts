import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';

export interface TestKey {
  readonly private: string;
  readonly public: string;
  readonly parsed: ParsedKey;
  /** the private half as a file */
  readonly file: string;
}

export interface TestKeys {
  /** A folder of this test alone. */
  readonly folder: string;
  readonly host: TestKey;
  readonly login: TestKey;
  make(name: string, type?: 'ed25519' | 'ecdsa' | 'rsa'): Promise<TestKey>;
  remove(): Promise<void>;
}

interface Pair {
  readonly private: string;
  readonly public: string;
  readonly parsed: ParsedKey;
}

/** One of 256 ed25519 keys that ssh2 makes lacks a leading zero byte, and is none; real keys are not affected. */
function generate(type: 'ed25519' | 'ecdsa' | 'rsa'): Pair {
  for (;;) {
    const pair =
      type === 'ed25519'
        ? ssh2.utils.generateKeyPairSync('ed25519')
        : ssh2.utils.generateKeyPairSync(type, { bits: type === 'rsa' ? 2048 : 256 });
    const parsed = ssh2.utils.parseKey(pair.public);
    if (!(parsed instanceof Error) && !(ssh2.utils.parseKey(pair.private) instanceof Error)) return { ...pair, parsed };
  }
}

/** Fresh keys in a folder that is removed afterwards. */
export async function newKeys(): Promise<TestKeys> {
  const folder = await mkdtemp(join(tmpdir(), 'lvsctl-keys-'));
  const make: TestKeys['make'] = async (name, type = 'ed25519') => {
    const pair = generate(type);
    const file = join(folder, name);
    await writeFile(file, pair.private, { mode: 0o600 });
    return { ...pair, file };
  };
  return {
    folder,
    host: await make('host'),
    login: await make('login'),
    make,
    remove: async () => {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
