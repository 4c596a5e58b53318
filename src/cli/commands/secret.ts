import { readFile, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../../disk/replace-file.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { unreadable } from '../../inventory/load.ts';
import { LONGEST_SECRET, openKeyring } from '../../secrets/cipher.ts';
import { type Unconverted, openText, sealText, tokensIn } from '../../secrets/plain-text.ts';
import type { Context } from '../context.ts';
import { editText } from '../edit-text.ts';
import { keyFrom } from '../secret-key.ts';

export interface RekeyFlags {
  readonly newKeyFile?: string;
}

/** Prints a value encrypted, as an inventory takes it. */
export async function encrypt(context: Context): Promise<ExitCode> {
  const { screen } = context;
  const keyring = openKeyring(await keyOf(context));
  const value = await valueToEncrypt(context);
  const encrypted = await keyring.encrypt(value);
  screen.emit({ type: 'result', command: 'secret encrypt', encrypted, exitCode: EXIT.done });
  screen.block(`{encrypted: ${encrypted}}`);
  return EXIT.done;
}

/** From standard input, so that it is in no list of processes and in no history of a shell. */
async function valueToEncrypt({ screen, signal, input = process.stdin }: Context): Promise<string> {
  if (input === process.stdin && process.stdin.isTTY && screen.terminal) {
    const { askSecret } = await import('../ask-secret.ts');
    return checkedValue(await askSecret('Value to encrypt', signal));
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    if (length > LONGEST_SECRET)
      throw new Failure('inventory', `The value has more than ${LONGEST_SECRET / 1024} KiB.`);
    chunks.push(bytes);
  }
  return checkedValue(
    Buffer.concat(chunks)
      .toString('utf8')
      .replace(/\r?\n$/, ''),
  );
}

function checkedValue(value: string): string {
  if (value !== '' && !value.includes('\0')) return value;
  throw new Failure('inventory', value === '' ? 'There is no value to encrypt.' : 'The value has a NUL character.', {
    hint: "Example: printf %s 's3cret' | lvsctl secret encrypt",
  });
}

/** Opens a file in the user's editor with its values in the clear. */
export async function edit(context: Context, name: string): Promise<ExitCode> {
  const { screen } = context;
  const { file, text, mode } = await readText(context, name);
  const keyring = openKeyring(await keyOf(context));
  const opened = converted(name, await openText(text, keyring));
  screen.hide([...opened.values.values()]);
  const edited = await editText(context, opened.text, path.basename(file));
  if (edited === opened.text) {
    screen.line(`${name}: unchanged.`);
    return EXIT.done;
  }
  const sealed = converted(name, await sealText(edited, keyring, opened.values));
  if ((await readFile(file, 'utf8')) !== text) {
    await replaceFile(`${file}.edited`, sealed.text, mode);
    throw new Failure('inventory', `${name} was changed by another process while it was edited.`, {
      hint: `Your version, encrypted, is in ${name}.edited.`,
    });
  }
  await replaceFile(file, sealed.text, mode);
  screen.line(`${name}: saved with ${sealed.count} encrypted values.`);
  return EXIT.done;
}

/** Encrypts the values of files with another key. Nothing is written unless all can be decrypted. */
export async function rekey(context: Context, names: readonly string[], flags: RekeyFlags): Promise<ExitCode> {
  const { screen } = context;
  const files = await Promise.all(names.map(async (name) => ({ name, ...(await readText(context, name)) })));
  const found = files.filter(({ text }) => tokensIn(text).length > 0);
  if (found.length === 0) throw new Failure('inventory', `${names.join(', ')}: no encrypted values.`);
  const former = openKeyring(await keyOf(context));
  const opened: { readonly text: string; readonly of: (typeof files)[number] }[] = [];
  for (const of of found) {
    const { text, values } = converted(of.name, await openText(of.text, former));
    screen.hide([...values.values()]);
    opened.push({ of, text });
  }
  const fresh = openKeyring(await keyFrom({ ...context, env: {} }, flags.newKeyFile, flags.newKeyFile === undefined));
  for (const { of, text } of opened) {
    const sealed = converted(of.name, await sealText(text, fresh));
    await replaceFile(of.file, sealed.text, of.mode);
    screen.line(`${of.name}: ${sealed.count} values encrypted with the new key.`);
  }
  return EXIT.done;
}

async function keyOf({ secretKey }: Context): Promise<string> {
  if (secretKey === undefined) throw new Failure('inventory', 'There is no key for encrypted values.');
  return secretKey();
}

async function readText({ cwd }: Context, name: string) {
  try {
    const file = await realpath(path.resolve(cwd, name));
    const { mode } = await stat(file);
    return { file, mode: mode & 0o777, text: await readFile(file, 'utf8') };
  } catch (error) {
    throw new Failure('inventory', `${name}: ${unreadable(error).what}`, { cause: error });
  }
}

const WHY: Readonly<Record<Unconverted['why'], string>> = {
  refused: 'cannot be decrypted: it was encrypted with another key, or changed since',
  malformed: 'holds no encrypted value that this release can read',
  'not JSON': 'lvsctl-plain: is not followed by a JSON string in double quotes',
  'too long': 'the value is too long',
};

/** @throws Failure `inventory` with all problems; nothing has been written */
function converted<T extends object>(name: string, result: T | { readonly problems: readonly Unconverted[] }): T {
  if (!('problems' in result)) return result;
  const lines = result.problems.map(({ line, why }) => `${name}:${line}: ${WHY[why]}`);
  throw new Failure('inventory', `${lines.join('\n')}. No changes made.`, {
    hint: 'The key is that of --secret-key-file or $LVSCTL_SECRET_KEY_FILE.',
  });
}
