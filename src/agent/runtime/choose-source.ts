import { Failure } from '../../failure.ts';
import type { SourceVersion } from './pinned-sources.ts';
import { UntrustedSource } from './untrusted-source.ts';

/**
 * The version to build: the pinned one while the archive has it, else the newest, which only an update of Debian can
 * have put in its place. apt has checked Debian's signature of what is offered.
 * @param offers newest first
 * @throws UntrustedSource when other files have the pinned version, or the archive is older than the pin;
 * `lab` when it has no such package
 */
export function chooseSource(
  name: string,
  pin: SourceVersion,
  offers: readonly SourceVersion[],
  isNewer: (version: string, than: string) => boolean,
): SourceVersion {
  const same = offers.find(({ version }) => version === pin.version);
  if (same !== undefined) {
    const different = differentFile(pin.files, same.files);
    if (different === undefined) return same;
    throw new UntrustedSource(`${name} ${pin.version}: the archive's ${different} is not the pinned one`, {
      hint: 'A released version never changes: do not build from this archive, and report it.',
    });
  }
  const [newest] = offers;
  if (newest === undefined) {
    throw new Failure('lab', `${name}: apt finds no source of it`, {
      hint: 'Check that the Debian mirror of this machine has the suite of pinned-sources.json with its sources.',
    });
  }
  if (isNewer(newest.version, pin.version)) return newest;
  throw new UntrustedSource(`${name}: the archive has ${newest.version}, older than the pinned ${pin.version}`, {
    hint: 'The mirror is out of date, or withholds an update: use another mirror.',
  });
}

function differentFile(pinned: SourceVersion['files'], offered: SourceVersion['files']): string | undefined {
  const names = new Set([...Object.keys(pinned), ...Object.keys(offered)]);
  return [...names].find((name) => pinned[name] !== offered[name]);
}
