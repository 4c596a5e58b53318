import type { Engine } from '../../../src/inventory/cluster.ts';
import type { Evidence } from '../../../src/verify/check.ts';
import { observedCluster } from '../../support/observed.ts';
import { read } from '../inventory/reading.ts';

export interface Host {
  /** `ADDRESS DEVICE` */
  readonly holds?: readonly string[];
  readonly states?: Readonly<Record<string, 'MASTER' | 'BACKUP' | 'FAULT'>>;
}

/** The evidence of an inventory's hosts that hold these addresses. @param runs the engine of every director */
export async function evidenceHeld(
  text: string,
  hosts: Readonly<Record<string, Host>>,
  runs: Engine = 'keepalived',
): Promise<Evidence> {
  const { cluster, diagnostics } = await read(text);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  const observations = new Map(
    [...observedCluster(cluster, { runs }).hosts].map(([name, state]) => {
      const { holds = [], states = {} } = hosts[name] ?? {};
      const addresses = holds.map((one) => {
        const [address = '', device = ''] = one.split(' ');
        return { address, device, prefix: address.includes(':') ? 128 : 32 };
      });
      return [name, { ...state, facts: { ...state.facts, addresses, vrrpStates: new Map(Object.entries(states)) } }];
    }),
  );
  return { cluster, observations, unreadable: [], unverified: [], warnings: [], open: [], client: undefined };
}
