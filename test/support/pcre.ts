import koffi from 'koffi';

/** pcre2.h */
const OPTIONS: Readonly<Record<string, number>> = {
  i: 0x8,
  s: 0x20,
  m: 0x400,
  x: 0x80,
  D: 0x10,
  u: 0x80000,
  p: 0x20000,
  c: 0x200000,
  e: 0x1,
};

export interface Pcre {
  /** The offset of the first match at or after `offset`, or undefined. */
  readonly find: (text: Uint8Array, offset: number) => number | undefined;
  readonly free: () => void;
}

/** PCRE2, which keepalived uses. @returns a compile function, which returns undefined for an invalid pattern */
export function openPcre(): (pattern: Uint8Array, flags: string) => Pcre | undefined {
  const library = koffi.load('libpcre2-8.so.0');
  const compile = library.func(
    'void *pcre2_compile_8(const uint8_t *, size_t, uint32_t, _Out_ int *, _Out_ size_t *, void *)',
  );
  const release = library.func('void pcre2_code_free_8(void *)');
  const dataOf = library.func('void *pcre2_match_data_create_from_pattern_8(void *, void *)');
  const releaseData = library.func('void pcre2_match_data_free_8(void *)');
  const match = library.func('int pcre2_match_8(void *, const uint8_t *, size_t, size_t, uint32_t, void *, void *)');
  const vector = library.func('void *pcre2_get_ovector_pointer_8(void *)');
  return (pattern, flags) => {
    const options = Array.from(flags).reduce((bits, flag) => bits | (OPTIONS[flag] ?? 0), 0);
    const [failure, place] = [[0], [0]];
    const code: unknown = compile(pattern, pattern.length, options, failure, place, null);
    if (code === null) return undefined;
    const data: unknown = dataOf(code, null);
    return {
      find: (text, offset) => {
        const result: unknown = match(code, text, text.length, offset, 0, data, null);
        if (typeof result !== 'number' || result < -1) throw new Error(`pcre2_match gave ${String(result)}`);
        if (result === -1) return undefined;
        const [start]: readonly unknown[] = koffi.decode(vector(data), koffi.array('size_t', 2));
        return Number(start);
      },
      free: () => {
        releaseData(data);
        release(code);
      },
    };
  };
}
