const BLANK = /[ \t]/;

/** The keyword of a line in lower case and what follows it; undefined for a blank line or a comment. */
export function splitLine(line: string): { readonly keyword: string; readonly rest: string } | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  if (text.startsWith('"')) {
    const end = text.indexOf('"', 1);
    if (end === -1) return { keyword: '', rest: text };
    return { keyword: text.slice(1, end).toLowerCase(), rest: afterSeparator(text.slice(end + 1)) };
  }
  const end = text.search(/[ \t=]/);
  if (end === -1) return { keyword: text.toLowerCase(), rest: '' };
  return { keyword: text.slice(0, end).toLowerCase(), rest: afterSeparator(text.slice(end)) };
}

/** Blanks and at most one `=` separate a keyword from its arguments. */
function afterSeparator(text: string): string {
  const start = text.replace(/^[ \t]+/, '');
  return start.startsWith('=') ? start.slice(1).replace(/^[ \t]+/, '') : start;
}

/**
 * Splits the arguments of a line at blanks. Either kind of quotes groups, a backslash escapes quotes and itself, and
 * outside quotes a blank; `#` at the start of a word begins a comment. @returns undefined when a quote is not closed
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && BLANK.test(text.charAt(at))) at += 1;
    if (at >= text.length || text[at] === '#') return words;
    let word = '';
    let quote = '';
    for (; at < text.length; at += 1) {
      const letter = text.charAt(at);
      const next = text.charAt(at + 1);
      if (letter === '\\' && (/['"\\]/.test(next) || (quote === '' && next === ' '))) {
        word += next;
        at += 1;
      } else if (quote === '' && BLANK.test(letter)) break;
      else if (quote === '' && /['"]/.test(letter)) quote = letter;
      else if (letter === quote) quote = '';
      else word += letter;
    }
    if (quote !== '') return undefined;
    words.push(word);
  }
}
