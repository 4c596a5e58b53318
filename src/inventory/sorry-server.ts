import type { Statement } from '../keepalived/write.ts';
import type { VirtualServer } from './cluster.ts';

/** How messages call the server that takes connections while too few real servers are healthy. */
export const SORRY_SERVER = 'sorry server';

/** Its address; undefined without one. */
export function sorryServerOf({ conf }: Pick<VirtualServer, 'conf'>): string | undefined {
  const found = conf.find((entry): entry is Statement => 'keyword' in entry && entry.keyword === 'sorry_server');
  return found?.words[0];
}
