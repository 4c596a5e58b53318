// A fresh clone has no `dist` and no packages; the loader error of Node would not explain that.
import path from 'node:path';

/** Runs a program of `dist`, or says what has to be done first. @param {string} program */
export async function built(program) {
  try {
    await import(`../dist/${program}`);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND')) throw error;
    console.error(
      `It is not built yet, or not whole. \`npm run setup\` in ${path.dirname(import.meta.dirname)} does that.`,
    );
    process.exitCode = 1;
  }
}
