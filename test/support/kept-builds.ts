import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { onHost } from './lab.ts';

const KEPT = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'lvsctl', 'test', 'builds');
const TREES = '/var/lib/lvsctl/source/trees';

/** Keeps what a host has built, because keepalived takes two minutes under User Mode Linux. */
export async function keepBuilds(host: string, lab: string): Promise<void> {
  mkdirSync(KEPT, { recursive: true, mode: 0o700 });
  const names = (await onHost(host, `ls ${TREES}`, lab)).split('\n');
  for (const name of names) {
    const text = await onHost(host, `base64 ${TREES}/${name}`, lab);
    writeFileSync(path.join(KEPT, path.basename(name)), Buffer.from(text, 'base64'));
  }
}

/** Gives a host what another lab has built, if any has: it is taken only for the same recipe. */
export async function restoreBuilds(host: string, lab: string): Promise<void> {
  const names = existsSync(KEPT) ? readdirSync(KEPT) : [];
  for (const name of names) {
    const text = readFileSync(path.join(KEPT, name)).toString('base64');
    await onHost(host, `umask 077; mkdir -p ${TREES}; base64 -d > ${TREES}/${name}`, lab, text);
  }
}
