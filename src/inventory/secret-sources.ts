import { type Keyring, LONGEST_SECRET, openKeyring } from '../secrets/cipher.ts';
import { Failure } from '../failure.ts';
import type { Diagnostic } from './diagnostic.ts';
import { unreadable } from './load.ts';
import type { Node, SecretSource } from './node.ts';
import { type PathParts, pathText } from './place.ts';
import { folderOf } from './resolve-access.ts';
import { absolute } from './ssh-settings.ts';
import type { InventoryEnvironment } from './source.ts';

export interface ResolvedSources {
  readonly root: Node;
  /** Every value that came from a source. */
  readonly secrets: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  /** Places whose value is missing; these have a diagnostic already. */
  readonly missing: readonly PathParts[];
}

/** Fetches the value of each marked scalar, one after the other: a program may ask on the terminal. */
export async function resolveSources(marked: Node, environment: InventoryEnvironment): Promise<ResolvedSources> {
  const secrets: string[] = [];
  const diagnostics: Diagnostic[] = [];
  const missing: PathParts[] = [];
  const fetch = fetcher(environment);
  const resolve = async (node: Node, path: PathParts): Promise<Node> => {
    if (node.kind === 'list') {
      const items: Node[] = [];
      for (const [index, item] of node.items.entries()) items.push(await resolve(item, [...path, index]));
      return { ...node, items };
    }
    if (node.kind === 'map') {
      const entries = new Map(node.entries);
      for (const [key, entry] of entries)
        entries.set(key, { ...entry, value: await resolve(entry.value, [...path, key]) });
      return { ...node, entries };
    }
    if (node.source === undefined) return node;
    const found = await fetch(node.source, path, node.place.file);
    if (typeof found === 'string') {
      secrets.push(found);
      return { ...node, text: found };
    }
    missing.push(path);
    if (found !== undefined)
      diagnostics.push({ severity: 'error', ...node.place, path: pathText(path), what: found.what, hint: found.hint });
    return node;
  };
  return { root: await resolve(marked, []), secrets, diagnostics, missing };
}

interface Problem {
  readonly what: string;
  readonly hint: string | undefined;
}

/** Returns a value, or why there is none; undefined when that has been said of an earlier one. */
function fetcher(environment: InventoryEnvironment) {
  const ran = new Map<string, Promise<string | Problem>>();
  let keyring: Promise<Keyring | Problem> | undefined;
  let refusedKey = false;
  const openOnce = (): Promise<Keyring | Problem> => (keyring ??= keyringOf(environment));

  return async (source: SecretSource, path: PathParts, file: string): Promise<string | Problem | undefined> => {
    const name = pathText(
      path.slice(
        Math.max(
          0,
          path.findLastIndex((part) => typeof part === 'string'),
        ),
      ),
    );
    switch (source.kind) {
      case 'env': {
        const value = environment.variables[source.text] ?? '';
        const what = `The environment variable ${source.text}, which holds \`${name}\`, is not set.`;
        return value === '' ? { what, hint: `Set it: export ${source.text}=...` } : value;
      }
      case 'file': {
        const from = absolute(source.text, folderOf(file, environment), environment.home);
        try {
          return checked(name, source.kind, await environment.readFile(from));
        } catch (error) {
          return { what: `\`${name}\` could not be read from ${from}: ${unreadable(error).what}`, hint: undefined };
        }
      }
      case 'exec': {
        const key = JSON.stringify([source.argv, folderOf(file, environment)]);
        const running = ran.get(key) ?? runProgram(environment, source.argv, name, folderOf(file, environment));
        ran.set(key, running);
        return running;
      }
      case 'encrypted': {
        const opened = await openOnce();
        if ('what' in opened) {
          const repeated = refusedKey;
          refusedKey = true;
          return repeated ? undefined : opened;
        }
        const decrypted = await opened.decrypt(source.text);
        if (decrypted.status === 'decrypted') return decrypted.text;
        return decrypted.status === 'malformed'
          ? {
              what: `\`${name}\` holds no encrypted value that this release can read.`,
              hint: 'Make one with `lvsctl secret encrypt`.',
            }
          : {
              what: `\`${name}\` cannot be decrypted: it was encrypted with another key, or changed since.`,
              hint: 'Pass the key with --secret-key-file or $LVSCTL_SECRET_KEY_FILE.',
            };
      }
    }
  };
}

async function keyringOf({ secretKey }: InventoryEnvironment): Promise<Keyring | Problem> {
  try {
    if (secretKey !== undefined) return openKeyring(await secretKey());
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'interrupted') throw error;
    return { what: error.message, hint: error.detail.hint };
  }
  return { what: 'There is no key for encrypted values.', hint: 'Pass it with --secret-key-file.' };
}

async function runProgram(
  { runProgram: run }: InventoryEnvironment,
  argv: readonly string[],
  name: string,
  folder: string,
): Promise<string | Problem> {
  if (run === undefined) return { what: `\`${name}\`: programs cannot be run here.`, hint: undefined };
  const result = await run(argv, folder);
  if ('problem' in result)
    return { what: `The program ${argv[0] ?? ''}, which prints \`${name}\`, ${result.problem}.`, hint: undefined };
  return checked(name, 'exec', result.stdout);
}

/** The text of bytes, without the newline at its end. */
function checked(name: string, kind: 'file' | 'exec', bytes: Uint8Array): string | Problem {
  const problem = (what: string): Problem => ({
    what: `\`${name}\`: the ${kind === 'file' ? 'file' : 'output of the program'} ${what}.`,
    hint: undefined,
  });
  if (bytes.length > LONGEST_SECRET) return problem(`has more than ${LONGEST_SECRET / 1024} KiB`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '');
  } catch {
    return problem('is not UTF-8 text');
  }
  if (text.includes('\0')) return problem('has a NUL character');
  return text === '' ? problem('is empty') : text;
}
