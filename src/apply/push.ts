import { Failure } from '../failure.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import type { Transport } from '../remote/transport.ts';
import { folderOf, requireGuard } from '../resources/guarded-path.ts';
import type { Upload } from '../resources/resource.ts';
import { bytesText } from '../text/bytes.ts';
import { wordsOf } from '../text/lines.ts';

/** bytes that one script carries; a lost connection costs no more than that */
const PIECE = 1024 * 1024;

/** milliseconds for one script, on a slow line */
const TIMEOUT = 10 * 60_000;

/** bytes that must stay free on the host */
const SPARE = 32 * 1024 * 1024;

/** Looks at what is missing, before that is an error. */
const ROUNDS = 3;

export interface Pushing {
  readonly signal: AbortSignal;
  readonly report: (text: string) => void;
}

/** A piece of an upload. */
interface Piece {
  readonly upload: Upload;
  readonly offset: number;
  readonly length: number;
}

/**
 * Sends files to a host, in pieces that are appended to `PATH.part`; a file gets its name when its checksum fits. What an
 * earlier run has sent is not sent again, so that a lost connection costs one piece.
 * @throws Failure of the transport, or `command` when the host cannot keep them
 */
export async function pushFiles(transport: Transport, uploads: readonly Upload[], pushing: Pushing): Promise<void> {
  const { signal, report } = pushing;
  const total = sizeOf(uploads);
  let reported = 0;
  for (let round = 1; ; round += 1) {
    const arrived = await survey(transport, uploads, signal);
    const pieces = missingPieces(uploads, arrived);
    const now = sizeOf(pieces.map(({ length: size }) => ({ size })));
    if (pieces.length === 0) return;
    // Another run sends the same files, or an earlier one left a damaged part.
    if (round > ROUNDS) throw failed(transport, `${pieces[0]?.upload.title ?? ''} does not arrive whole`);
    let sent = total - now;
    for (const batch of batches(pieces)) {
      const quarter = Math.floor((4 * sent) / total);
      if (quarter > reported) report(`${bytesText(sent)} of ${bytesText(total)} sent`);
      reported = Math.max(reported, quarter);
      await send(transport, batch, signal);
      sent += sizeOf(batch.map(({ length: size }) => ({ size })));
    }
  }
}

function sizeOf(all: readonly { readonly size: number }[]): number {
  return all.reduce((sum, { size }) => sum + size, 0);
}

function failed({ host }: Transport, what: string, stderr = ''): Failure {
  return new Failure('command', `${host}: ${what}`, {
    host,
    stderr,
    hint: 'Run the same command again; what has arrived is not sent again.',
  });
}

/** The bytes of each file that are on the host. Makes the folders, and fails when the disk has no room for the rest. */
async function survey(
  transport: Transport,
  uploads: readonly Upload[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const folders = [...new Set(uploads.map(({ at }) => folderOf(at)))];
  const { exitCode, stdout, stderr } = await transport.run(
    sh`${requireGuard(folders.map((folder) => `${folder}/any`))}
(umask 077; mkdir -p ${folders}) || exit 1
${requireGuard(folders.map((folder) => `${folder}/any`))}
for f in ${uploads.map(({ at }) => at)}; do
if [ -f "$f" ]; then echo "$(wc -c < "$f") $f"
elif [ -f "$f.part" ]; then echo "$(wc -c < "$f.part") $f.part"
fi
done
df -Pk ${folders[0] ?? '/'} | { read -r head; read -r device all used free rest; echo "free $free"; }`,
    { timeoutMs: TIMEOUT, signal },
  );
  if (exitCode !== 0) throw failed(transport, stderr.trim().split('\n').at(-1) ?? 'cannot receive files', stderr);
  const rows = stdout.split('\n').map(wordsOf);
  const arrived = new Map(rows.map(([size, at = '']) => [at, Number(size)]));
  const free = 1024 * Number(rows.find(([word]) => word === 'free')?.[1] ?? Number.NaN);
  const needed = sizeOf(uploads.map((upload) => ({ size: upload.size - startOf(upload, arrived) })));
  if (needed > 0 && free < needed + SPARE) {
    throw new Failure('command', `${transport.host}: ${folders[0] ?? ''} has ${bytesText(free)} free`, {
      host: transport.host,
      hint: `${bytesText(needed)} are to be sent, and ${bytesText(SPARE)} must stay free. Free space there and run the same command again.`,
    });
  }
  return arrived;
}

/** Where sending goes on. A part that is as long as the file did not have its checksum, and begins anew. */
function startOf({ at, size }: Upload, arrived: ReadonlyMap<string, number>): number {
  if (arrived.has(at)) return size;
  const there = arrived.get(`${at}.part`) ?? 0;
  return there >= size ? 0 : there;
}

function missingPieces(uploads: readonly Upload[], arrived: ReadonlyMap<string, number>): readonly Piece[] {
  return uploads.flatMap((upload) => {
    const pieces: Piece[] = [];
    for (let offset = startOf(upload, arrived); offset < upload.size; offset += PIECE)
      pieces.push({ upload, offset, length: Math.min(PIECE, upload.size - offset) });
    return pieces;
  });
}

/** Small pieces travel in one script. */
function* batches(pieces: readonly Piece[]): Generator<readonly Piece[]> {
  let batch: Piece[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (batch.length > 0 && size + piece.length > PIECE) {
      yield batch;
      batch = [];
      size = 0;
    }
    batch.push(piece);
    size += piece.length;
  }
  if (batch.length > 0) yield batch;
}

/** A piece is appended only where the one before it ended. */
const RECEIVE = sh`receive() {
p=$1.part
[ "$2" -gt 0 ] || rm -f "$p"
have=0
[ ! -f "$p" ] || have=$(wc -c < "$p")
[ "$have" -eq "$2" ] || return 0
base64 -d >> "$p" || { echo 'base64 failed: is the disk full?' >&2; exit 1; }
[ "$3" = whole ] || return 0
if [ "$(sha256sum < "$p")" = "$4  -" ]; then mv "$p" "$1"; else rm -f "$p"; fi
}
umask 077`;

async function send(transport: Transport, batch: readonly Piece[], signal: AbortSignal): Promise<void> {
  const script = lines([RECEIVE, ...batch.map(receivePiece)]);
  const { exitCode, stderr } = await transport.run(script, { timeoutMs: TIMEOUT, signal });
  if (exitCode === 0) return;
  throw failed(transport, stderr.trim().split('\n').at(-1) ?? 'cannot receive files', stderr);
}

function receivePiece({ upload, offset, length }: Piece): Command {
  const base64 = Buffer.from(upload.read(offset, length)).toString('base64');
  const end = offset + length === upload.size ? 'whole' : 'part';
  return sh`printf %s ${base64} | receive ${upload.at} ${offset} ${end} ${upload.sha256}`;
}
