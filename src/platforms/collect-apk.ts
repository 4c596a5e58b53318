import { type Command, sh } from '../remote/command.ts';
import { collecting } from './collect.ts';

/** By documentation, apk-fetch(8) and apk-index(8). */
export function collectApks(packages: readonly string[], folder: string): Command {
  return collecting(
    folder,
    sh`for name in ${packages}; do
if [ -z "$(apk --no-cache search -x "$name")" ]; then
echo "missing $name"
continue
fi
rm -rf "$d/one"
mkdir "$d/one"
apk --no-cache fetch --recursive --output "$d/one" "$name"
ls "$d/one" > "$out/.closure/$name"
mv "$d"/one/*.apk "$out"
done`,
  );
}

/** A repository for the host's architecture. */
export function indexApks(folder: string): Command {
  return sh`(
cd ${folder}
arch=$(apk --print-arch)
mkdir "$arch"
mv ./*.apk "$arch"
apk index --allow-untrusted --output "$arch/APKINDEX.tar.gz" "$arch"/*.apk
)`;
}
