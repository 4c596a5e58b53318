#!/usr/bin/env node
// Scripts ask for the version before each use, so that it is given without loading the program.
if (process.argv.length === 3 && (process.argv[2] === '--version' || process.argv[2] === '-V')) {
  const { readFileSync } = await import('node:fs');
  console.log(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version);
} else {
  const { built } = await import('./built.js');
  await built('cli/main.js');
}
