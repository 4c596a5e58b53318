import { formatAddress } from '../../../keepalived/text/address.ts';
import { ByteReader } from '../../core/bytes/byte-reader.ts';

const A = 1;
const AAAA = 28;
const LENGTHS: Readonly<Record<number, number>> = { [A]: 4, [AAAA]: 16 };

/**
 * The first address in the answer section of a DNS message (RFC 1035 §4.1), where resolvers put the addresses of an
 * alias after it. Undefined if there is none or the message is malformed.
 */
export function firstAddress(bytes: Uint8Array): string | undefined {
  const reader = new ByteReader(bytes, 4);
  const questions = reader.u16();
  const answers = reader.u16();
  reader.skip(4);
  for (let index = 0; index < questions && !reader.failed; index += 1) {
    skipName(reader);
    reader.skip(4);
  }
  for (let index = 0; index < answers; index += 1) {
    skipName(reader);
    const type = reader.u16();
    reader.skip(6);
    const data = reader.take(reader.u16());
    if (reader.failed) return undefined;
    if (data.length === LENGTHS[type]) return formatAddress(data);
  }
  return undefined;
}

/** RFC 1035 §4.1.4: labels up to an empty one or a pointer. */
function skipName(reader: ByteReader): void {
  for (let length = reader.u8(); length > 0 && !reader.failed; length = reader.u8()) {
    if (length >= 0xc0) {
      reader.skip(1);
      return;
    }
    reader.skip(length);
  }
}
