import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';

/** The package's templates mirror the file system of a host; this file is as deep in `dist` as it is in `src`. */
const FOLDER = new URL('../../templates/', import.meta.url);

/**
 * Renders `templates/NAME.hbs`.
 * @param name the path on the host without its first slash
 * @throws Error when the view lacks something that the template names; a template never renders a hole.
 */
export function renderTemplate(name: string, view: Readonly<Record<string, unknown>>): string {
  const text = readFileSync(new URL(`${name}.hbs`, FOLDER), 'utf8');
  return Handlebars.compile(text, { strict: true, noEscape: true })(view);
}
