import path from 'node:path';
import { makeOwnFolder } from '../../disk/own-folder.ts';
import { replaceFile } from '../../disk/replace-file.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { hide } from '../../plan/render.ts';
import { type RenderedFile, filesOfAll } from '../../render/files.ts';
import { clusterForRelease, pinnedRelease } from '../../render/for-release.ts';
import type { Context, InventoryFlags } from '../context.ts';
import { openInventory } from '../open-inventory.ts';

export interface RenderFlags extends InventoryFlags {
  readonly host?: string;
  readonly output?: string;
}

/** Prints the files of each host with secrets redacted, or writes them unredacted to a folder. */
export async function render(context: Context, argument: string | undefined, flags: RenderFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  // What a host has is not observed here; the inventory may say it.
  const cluster = clusterForRelease(opened.cluster, pinnedRelease(opened.cluster));
  const all = filesOfAll(cluster, () => ({ interfaceOf: () => undefined }));
  const chosen = all.filter(
    ({ host }) => flags.host === undefined || host.name === flags.host || host.address === flags.host,
  );
  if (chosen.length === 0) {
    throw new Failure('inventory', `The inventory has no host ${flags.host ?? ''}.`, {
      hint: `Its hosts are ${all.map(({ host }) => host.name).join(', ')}.`,
    });
  }
  for (const { host, files } of chosen) {
    for (const file of files) {
      if (flags.output === undefined) show(context, host.name, file);
      else context.screen.line(await save(path.resolve(context.cwd, flags.output), host.name, file));
    }
  }
  return EXIT.done;
}

function show({ screen }: Context, host: string, file: RenderedFile): void {
  const mode = file.mode.toString(8).padStart(4, '0');
  const text = hide(file.text, file.secrets);
  screen.emit({ type: 'file', host, path: file.path, mode, text });
  screen.line(`# ${host}:${file.path} (${mode})`, 'title');
  screen.block(text);
}

/** Mode 0600, because the file may hold secrets. */
async function save(folder: string, host: string, file: RenderedFile): Promise<string> {
  const target = path.join(folder, host, file.path);
  await makeOwnFolder(path.dirname(target), {
    code: 'inventory',
    hint: 'Choose a folder that only you can write to with -o.',
  });
  await replaceFile(target, file.text, file.mode & 0o700);
  return path.relative(process.cwd(), target);
}
