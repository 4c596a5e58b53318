import { doubt, mistake, type Finding, type Linted } from '../finding.ts';
import { methodClusters } from '../method-cluster.ts';

/** What the forwarding methods of the virtual servers need. */
export function forwarding({ cluster }: Linted): readonly Finding[] {
  return [...methodClusters(cluster)].flatMap(([{ inventory }, view]) =>
    inventory
      .rules(view)
      .map(({ at, severity, what, hint }) => (severity === 'error' ? mistake(at, what, hint) : doubt(at, what, hint))),
  );
}
