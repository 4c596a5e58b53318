import type { Cluster, Role } from '../inventory/cluster.ts';
import type { RenderedFile } from '../render/files.ts';
import type { Want } from '../resources/kinds.ts';
import { client } from './client.ts';
import { director } from './director.ts';
import type { Known } from './known.ts';
import { realServer } from './real-server.ts';

/**
 * What one host must be. The keys of the wants do not depend on what is known, but for the last two kinds of a
 * director, whose probes need none; so a host can be probed before anything is known of it.
 */
export function desired(cluster: Cluster, role: Role, files: readonly RenderedFile[], known: Known): readonly Want[] {
  switch (role) {
    case 'director':
      return director(cluster, files, known);
    case 'real-server':
      return realServer(cluster, files, known);
    case 'client':
      return client(cluster, known);
  }
}
