import { type PlacedDirective, readDirectives } from '../keepalived/read-directives.ts';

/** The directives of a text that is all of a keepalived.conf, or blocks of it. */
export function directivesIn(text: string): readonly PlacedDirective[] {
  const name = 'keepalived.conf';
  const read = (pattern: string) => (pattern === name ? [{ name, text }] : []);
  return readDirectives({ main: name, read }, { configId: undefined, hostname: '', tls: true }).directives;
}
