import { join } from 'node:path';
import { evaluate } from './evaluate.ts';
import { type ConfigFiles, type ConfigLine, type ConfigMistake, ConfigReader } from './read.ts';
import { type Asked, type HostSettings, type LocalUser, settingsOf } from './settings.ts';

/** Which files are read: those of OpenSSH, one instead of them, or none. */
export type ConfigChoice =
  { readonly kind: 'default' } | { readonly kind: 'file'; readonly file: string } | { readonly kind: 'none' };

const SYSTEM_FOLDER = '/etc/ssh';

/** The client configuration of OpenSSH, read once, and asked for each host. */
export class SshConfig {
  readonly #files: readonly (readonly ConfigLine[])[];
  readonly #local: LocalUser;
  readonly #mistakes = new Map<string, ConfigMistake>();
  readonly #asked = new Map<string, HostSettings>();

  readonly #choice: ConfigChoice;

  private constructor(
    choice: ConfigChoice,
    files: readonly (readonly ConfigLine[])[],
    local: LocalUser,
    mistakes: readonly ConfigMistake[],
  ) {
    this.#choice = choice;
    this.#files = files;
    this.#local = local;
    for (const mistake of mistakes) this.#report(mistake);
  }

  /** Reads the files with all that they include. Never fails: mistakes are in `mistakes`. */
  static async read(choice: ConfigChoice, files: ConfigFiles, local: LocalUser): Promise<SshConfig> {
    const reader = new ConfigReader(files, local.home);
    const folder = join(local.home, '.ssh');
    const sources = {
      none: [],
      file: choice.kind === 'file' ? [{ file: choice.file, folder, guarded: true }] : [],
      default: [
        { file: join(folder, 'config'), folder, guarded: true },
        // OpenSSH trusts it unchecked, too.
        { file: join(SYSTEM_FOLDER, 'ssh_config'), folder: SYSTEM_FOLDER, guarded: false },
      ],
    }[choice.kind];
    const read: (readonly ConfigLine[])[] = [];
    for (const source of sources) {
      const lines = await reader.read(source);
      if (lines !== undefined) read.push(lines);
      else if (choice.kind === 'file' && reader.mistakes.length === 0) {
        const hint = 'Correct ssh.config in the inventory.';
        reader.mistakes.push({
          severity: 'error',
          file: source.file,
          line: undefined,
          what: 'The file does not exist.',
          hint,
        });
      }
    }
    return new SshConfig(choice, read, local, reader.mistakes);
  }

  /** Without any file. */
  static empty(local: LocalUser): SshConfig {
    return new SshConfig({ kind: 'none' }, [], local, []);
  }

  /** What makes ssh read the same files. */
  get fileArguments(): readonly string[] {
    switch (this.#choice.kind) {
      case 'default':
        return [];
      case 'file':
        return ['-F', this.#choice.file];
      case 'none':
        return ['-F', 'none'];
    }
  }

  /** What is wrong with the files, as far as they were read and asked. */
  get mistakes(): readonly ConfigMistake[] {
    return [...this.#mistakes.values()];
  }

  get local(): LocalUser {
    return this.#local;
  }

  /** Records a mistake that the use of a value brings up. @param origin `FILE:LINE` */
  refuse(origin: string | undefined, what: string): void {
    const [, file = '', line] = /^(.*):(\d+)$/s.exec(origin ?? '') ?? [];
    const hint = 'Correct it, or set `proxy_jump` in the inventory.';
    this.#report({ severity: 'error', file, line: line === undefined ? undefined : Number(line), what, hint });
  }

  settings(asked: Asked): HostSettings {
    const key = [asked.name, asked.user.given ?? '', asked.user.otherwise, asked.port ?? ''].join('\0');
    const earlier = this.#asked.get(key);
    if (earlier !== undefined) return earlier;
    const report = (mistake: ConfigMistake): void => this.#report(mistake);
    const destination = { name: asked.name, user: asked.user.given, port: asked.port };
    const lines = evaluate(this.#files, destination, this.#local.name, report);
    const settings = settingsOf(lines, asked, this.#local, report);
    this.#asked.set(key, settings);
    return settings;
  }

  /** Keeps one mistake of a kind per line: hundreds of hosts find the same. */
  #report(mistake: ConfigMistake): void {
    const key = [mistake.file, mistake.line ?? '', mistake.severity].join('\0');
    if (!this.#mistakes.has(key)) this.#mistakes.set(key, mistake);
  }
}
