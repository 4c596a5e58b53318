/** What a keyword does, as a fragment without a capital or a full stop. */
export type Meaning =
  | string
  | {
      readonly does: string;
      /** Of a number, unless the shape determines it: `seconds` and `timer` count seconds. */
      readonly unit?: string;
      /** Meanings of the keywords inside of a block. */
      readonly of?: Meanings;
    };

export type Meanings = Readonly<Record<string, Meaning>>;
