import { createHash } from 'node:crypto';
import type { Change } from '../plan/change.ts';
import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { folderOf, requireGuard } from '../resources/guarded-path.ts';
import { KINDS } from '../resources/kinds.ts';
import { ORIGIN } from '../resources/own-folder.ts';
import { beginReplacement, failReplacement, finishReplacement, settleReplacement } from '../resources/replacement.ts';

/**
 * Records the state that changes are about to replace, unless an earlier run has recorded it: a line of kind, key, field
 * and former value in `record`, as JSON with tabs in between, and former files below `files`. Texts are in the files
 * only; digests of the texts that follow are added to `written`. The record is replaced atomically before the first change, so that a run that dies leaves all that it touched.
 * @param folder of the record and the files
 * @returns undefined when the changes have no former state
 */
export function recordOrigin(changes: readonly Change[], folder = ORIGIN): Command | undefined {
  const rows = changes.flatMap(rowsOf);
  if (rows.length === 0) return undefined;
  const written = changes.flatMap(writtenBy);
  const record = `${folder}/record`;
  const files = changes.filter(replacesFile);
  return sh`(
${requireGuard([record, ...files.map(({ key }) => key), ...files.map(({ key }) => `${folder}/files${key}`)])}
umask 077
mkdir -p ${folder} && { [ -f ${record} ] || : > ${record}; } || exit 1
${lines(files.map((change) => copyFile(change, folder)))}
${beginReplacement(record)}
printf '%s\\n' ${rows} | awk -F '\t' '!seen[$1 FS $2 FS $3]++' ${record} - > "$fresh" || ${failReplacement(record)}
${settleReplacement(record, '0600')}
${finishReplacement(record)}
${written.length === 0 ? NOTHING : sh`printf '%s\\n' ${written} >> ${`${folder}/written`} || exit 1`}
) || { printf '%s\\n' ${`cannot record the former state in ${folder}`}; exit 1; }`;
}

/** One row for each field of a resource that has a state to go back to. */
function rowsOf({ kind, key, action, fields }: Change): readonly string[] {
  if (action === 'run' || KINDS[kind].recorded === false) return [];
  return fields.map(({ name, before, text }) => {
    const former = text === true && before !== undefined ? FILE : (before ?? null);
    return [kind, key, name, former].map((value) => JSON.stringify(value)).join('\t');
  });
}

/** The digest and path of a text that lvsctl is about to write: by these a reset knows it as its own. */
function writtenBy({ key, fields }: Change): readonly string[] {
  return fields.flatMap(({ name, after, text }) => {
    if (after === undefined) return [];
    if (name === 'sha256') return [`${after} ${key}`];
    return text === true ? [`${createHash('sha256').update(after).digest('hex')} ${key}`] : [];
  });
}

/** Stands for a text that is in a file below `files`. */
const FILE = { file: true };

function replacesFile({ kind, action }: Change): boolean {
  return KINDS[kind].backup && action === 'update';
}

/** A file of which the record has a line is lvsctl's own, or was copied. An incomplete copy is made again. */
function copyFile({ kind, key }: Change, folder: string): Command {
  const copy = `${folder}/files${key}`;
  const row = `${JSON.stringify(kind)}\t${JSON.stringify(key)}\t`;
  return sh`grep -qF ${row} ${`${folder}/record`} || {
mkdir -p ${folderOf(copy)} && rm -f ${copy} && cp -pP ${key} ${copy} && sync
} || exit 1`;
}
