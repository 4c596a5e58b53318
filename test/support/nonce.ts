/** Stands for the nonce of a run in scripts whose nonce does not matter. A fake host takes it for that of any run. */
export const NONCE = 'f'.repeat(32);
