import { readFileSync } from 'node:fs';
import Handlebars from 'handlebars';

/** The package's templates mirror the file system of a host; this file is as deep in `dist` as it is in `src`. */
const FOLDER = new URL('../../templates/', import.meta.url);

/** What was compiled stays: a pure function of a file that does not change, and by far the dearest part of rendering. */
const compiled = new Map<string, Handlebars.TemplateDelegate>();

/**
 * Renders `templates/NAME.hbs`.
 * @param name the path on the host without its first slash
 * @throws Error when the view lacks something that the template names; a template never renders a hole.
 */
export function renderTemplate(name: string, view: Readonly<Record<string, unknown>>): string {
  const template = compiled.get(name) ?? compile(name);
  return template(view);
}

function compile(name: string): Handlebars.TemplateDelegate {
  const text = readFileSync(new URL(`${name}.hbs`, FOLDER), 'utf8');
  const template = Handlebars.compile<unknown>(text, { strict: true, noEscape: true });
  compiled.set(name, template);
  return template;
}
