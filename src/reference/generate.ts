import { writeFileSync } from 'node:fs';
import { generatedFiles } from './pages.ts';

const root = new URL('../../', import.meta.url);
for (const [name, text] of await generatedFiles()) {
  writeFileSync(new URL(name, root), text);
  process.stdout.write(`${name}\n`);
}
