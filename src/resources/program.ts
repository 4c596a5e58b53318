import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { saneLines } from '../text/lines.ts';
import { folderOf, parseUnguarded, probeEach } from './guarded-path.ts';
import { FRESH, beginReplacement, finishReplacement, refuseReplacement, settleReplacement } from './replacement.ts';
import { type Refusal, type ResourceKind, changed } from './resource.ts';
import { markPending } from './service.ts';

/** A program bundled with lvsctl. */
export interface ProgramWant {
  readonly kind: 'program';
  readonly path: string;
  /** Hexadecimal digest of the program. */
  readonly sha256: string;
  /** bytes */
  readonly size: number;
  /** The program, gzipped, in base64; read only when it has to be sent. */
  readonly packed: () => string;
  /** Arguments for a trial run that must exit 0. */
  readonly tryWith: readonly string[];
  /** The unit to restart when it changes. */
  readonly runBy: string;
}

export interface ProgramHave {
  readonly sha256: string;
  /** bytes */
  readonly size: number;
  readonly refusal?: Refusal;
}

/**
 * An executable file owned by root, identified by its hash. It is embedded in the script, so that a host needs only a
 * shell, base64 and gzip to receive it. A running process keeps the replaced file.
 */
export const program: ResourceKind<ProgramWant, ProgramHave> = {
  kind: 'program',
  wave: 'turn',
  backup: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: (want) => want.path,

  // A file that is not executable counts as missing, as does a link, which is replaced.
  probe: (paths) =>
    paths.length === 0
      ? NOTHING
      : probeEach(
          paths,
          sh`[ -f "$f" ] && [ ! -L "$f" ] && [ -x "$f" ] && printf '%s %s %s\\n' "$(sha256sum < "$f")" "$(wc -c < "$f")" "$f"`,
        ),

  parse: (output) =>
    new Map([
      ...saneLines(output).flatMap((line): readonly [string, ProgramHave][] => {
        const [, sha256 = '', size = '', path] = /^([0-9a-f]{64}) {1,4}- {1,32}(\d{1,16}) (.+)$/.exec(line) ?? [];
        return path === undefined ? [] : [[path, { sha256, size: Number(size) }]];
      }),
      ...[...parseUnguarded(output)].map(([path, refusal]): [string, ProgramHave] => [
        path,
        { sha256: 'not read', size: 0, refusal },
      ]),
    ]),

  diff: (want, have) => {
    if (have?.sha256 === want.sha256) return undefined;
    return {
      action: have === undefined ? 'create' : 'update',
      disruptive: false,
      fields: [
        { name: 'sha256', before: have?.sha256, after: want.sha256 },
        ...changed('size', have && `${have.size} bytes`, `${want.size} bytes`),
      ],
    };
  },

  refuse: (_want, have) => have?.refusal,

  needs: (want) => [{ folder: folderOf(want.path), runs: true }],

  steps: (want, diff) => [
    receive(want),
    ...(diff.action === 'update' ? [markPending(want.runBy, 'restart')] : []),
    finishReplacement(want.path),
  ],
};

/** Verified and run once before it is moved into place, so that no unit starts a program that cannot run here. */
function receive(want: ProgramWant): Command {
  const { path } = want;
  const needs = ['base64', 'gzip', 'sha256sum'].map(
    (tool) => sh`command -v ${tool} >/dev/null || { echo ${`cannot receive ${path}: ${tool} not found`} >&2; exit 1; }`,
  );
  return lines([
    ...needs,
    beginReplacement(path),
    sh`printf %s ${want.packed()} | base64 -d | gzip -dc > "$fresh" || :
[ "$(sha256sum < "$fresh")" = ${`${want.sha256}  -`} ] || ${refuseReplacement(`the new ${path} is corrupt: is the disk full?`)}`,
    settleReplacement(path, '0755'),
    sh`${FRESH} ${want.tryWith} >/dev/null || ${refuseReplacement(`the new ${path} cannot run on this host and was not installed`)}`,
  ]);
}
