// Part of `npm run lint`: fails on words that the glossary of CONTRIBUTING.md replaces.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { findRejected } from './find-rejected.js';
import { CHECKED, UNCHECKED } from './rejected-words.js';

const ROOT = path.join(import.meta.dirname, '../..');
const TEXT = /\.(?:ts|js|md|yml)$/;

/** @param {string} name @returns {readonly string[]} */
function filesIn(name) {
  if (UNCHECKED.includes(name)) return [];
  if (!statSync(path.join(ROOT, name)).isDirectory()) return TEXT.test(name) ? [name] : [];
  return readdirSync(path.join(ROOT, name)).flatMap((inner) => filesIn(`${name}/${inner}`));
}

const findings = CHECKED.flatMap(filesIn).flatMap((file) =>
  findRejected(readFileSync(path.join(ROOT, file), 'utf8')).map(
    ({ line, word, replacement }) => `${file}:${line}: "${word}": write ${replacement}`,
  ),
);
for (const finding of findings) process.stderr.write(`${finding}\n`);
process.exitCode = findings.length === 0 ? 0 : 1;
