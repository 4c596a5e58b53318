import { Failure } from '../../failure.ts';
import type { SourceVersion } from './pinned-sources.ts';
import { UntrustedSource } from './untrusted-source.ts';

/**
 * Chooses the version to build: the pinned one if the archive has it, otherwise the newest, which must be a Debian
 * update that replaced it. apt has verified Debian's signature of the offers.
 * @param offers newest first
 * @throws UntrustedSource if the files of the pinned version differ, or the archive is older than the pin; `lab` if it
 * has no such package
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
      hint: 'A released version never changes. Do not build from this archive, and report it.',
    });
  }
  const [newest] = offers;
  if (newest === undefined) {
    throw new Failure('lab', `${name}: no source package found by apt`, {
      hint: 'Check that the Debian mirror of this machine has sources for the suite in pinned-sources.json.',
    });
  }
  if (isNewer(newest.version, pin.version)) return newest;
  throw new UntrustedSource(`${name}: the archive has ${newest.version}, older than the pinned ${pin.version}`, {
    hint: 'The mirror is outdated or withholds an update. Use another mirror.',
  });
}

function differentFile(pinned: SourceVersion['files'], offered: SourceVersion['files']): string | undefined {
  const names = new Set([...Object.keys(pinned), ...Object.keys(offered)]);
  return [...names].find((name) => pinned[name] !== offered[name]);
}
