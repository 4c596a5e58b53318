import { readFileSync, readdirSync } from 'node:fs';
import Handlebars from 'handlebars';

/** The templates mirror the file system of a host. The relative path is the same from `dist` and `src`. */
const FOLDER = new URL('../../templates/', import.meta.url);

/** Compiled templates are cached, because compilation dominates the cost of rendering. */
const compiled = new Map<string, Handlebars.TemplateDelegate>();

/**
 * Renders `templates/NAME.hbs`.
 * @param name the path on the host without its first slash
 * @throws Error when the view lacks a value that the template uses.
 */
export function renderTemplate(name: string, view: Readonly<Record<string, unknown>>): string {
  const template = compiled.get(name) ?? compile(name);
  return template(view);
}

/** Templates include what several of them share as `{{> NAME}}`. */
const PARTIALS = new URL('partials/', FOLDER);

function registerPartials(): void {
  for (const file of readdirSync(PARTIALS))
    Handlebars.registerPartial(file.replace(/\.hbs$/, ''), readFileSync(new URL(file, PARTIALS), 'utf8'));
}

function compile(name: string): Handlebars.TemplateDelegate {
  if (compiled.size === 0) registerPartials();
  const text = readFileSync(new URL(`${name}.hbs`, FOLDER), 'utf8');
  const template = Handlebars.compile<unknown>(text, { strict: true, noEscape: true });
  compiled.set(name, template);
  return template;
}
