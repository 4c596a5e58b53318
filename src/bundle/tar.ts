/** bytes of a header, and of the blocks that content is padded to */
export const BLOCK = 512;

const TEXT = { magic: 'ustar\u000000', owner: 'root' };

export interface TarHeader {
  readonly name: string;
  /** bytes */
  readonly size: number;
}

/** The header of a plain file (POSIX ustar): mode 0644, owned by root, from 1970, so that equal content is equal bytes. */
export function tarHeader({ name, size }: TarHeader): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, length: number): void => {
    header.write(value.toString(8).padStart(length - 1, '0'), offset, 'latin1');
  };
  if (Buffer.byteLength(name) > 100) throw new RangeError(`${name} is too long for a tar header`);
  header.write(name, 0, 'utf8');
  octal(0o644, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  header.write('0', 156, 'latin1');
  header.write(TEXT.magic, 257, 'latin1');
  header.write(TEXT.owner, 265, 'latin1');
  header.write(TEXT.owner, 297, 'latin1');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Reads what `tarHeader` writes, and nothing else; undefined for any other block. */
export function readTarHeader(block: Buffer): TarHeader | undefined {
  const size = /^[0-7]{11}$/.exec(block.toString('latin1', 124, 135))?.[0];
  const end = block.indexOf(0);
  if (size === undefined || end < 1 || end > 100) return undefined;
  const header = { name: block.toString('utf8', 0, end), size: Number.parseInt(size, 8) };
  return tarHeader(header).equals(block) ? header : undefined;
}

/** The sum of all bytes, where those of the checksum count as spaces. */
function checksum(header: Buffer): number {
  return header.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** Bytes between content and the next header. */
export function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
