import { ByteReader } from '../../core/bytes/byte-reader.ts';
import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

const STORE = 256;

/** A source of 32 random bits per call, read from the kernel in batches. */
export function randomNumbers(sys: Sys): () => number {
  const store = new Uint8Array(STORE);
  let reader = new ByteReader(store, STORE);
  return () => {
    if (reader.left < 4) {
      call(sys, 'getrandom', store, STORE, 0);
      reader = new ByteReader(store);
    }
    return reader.u32le();
  };
}
