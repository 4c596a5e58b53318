import { EXCEPTIONS, REPLACEMENTS } from './rejected-words.js';

/** Words of a text, with the parts of a camel-case name as words of their own. */
const WORD = /[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g;

/**
 * Rejected words in a text: comments, strings, test titles and names alike.
 * @param {string} text
 * @returns {readonly { line: number, word: string, replacement: string }[]}
 */
export function findRejected(text) {
  return text.split('\n').flatMap((whole, index) => {
    const words = (whole.replaceAll(EXCEPTIONS, '').match(WORD) ?? []).map((word) => word.toLowerCase());
    const pairs = words.map((word, at) => `${words[at - 1] ?? ''} ${word}`);
    return [...words, ...pairs]
      .filter((word) => Object.hasOwn(REPLACEMENTS, word))
      .map((word) => ({ line: index + 1, word, replacement: REPLACEMENTS[word] ?? '' }));
  });
}
