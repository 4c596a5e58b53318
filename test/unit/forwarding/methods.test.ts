import { describe, expect, it } from 'vitest';
import { LB_KINDS } from '../../../src/forwarding/forwarding.ts';
import { METHODS, methodsOf } from '../../../src/forwarding/methods.ts';
import { realServerTuning } from '../../../src/render/sysctls.ts';
import { renderTemplate } from '../../../src/render/template.ts';
import { recordedCluster } from '../../support/recorded.ts';

const cluster = await recordedCluster();

describe('forwarding methods', () => {
  it.each(LB_KINDS)('%s is found by its own word', (word) => {
    expect(METHODS[word].lbKind).toBe(word);
  });

  it('are listed once, however many virtual servers use them', () => {
    const [server] = cluster.virtualServers;
    if (server === undefined) throw new Error('no virtual server');
    const two = { ...cluster, virtualServers: [server, { ...server, port: 443 }] };
    expect(methodsOf(two)).toEqual([METHODS.DR]);
    expect(realServerTuning(two)).toEqual(realServerTuning(cluster));
  });

  it.each(LB_KINDS)('%s has a template for each of its files, and a unit for each reader', (word) => {
    const { files, units } = METHODS[word].realServer;
    for (const { path, readBy } of files) {
      const view = { name: 'rs1', cluster: 'c', vips: '192.0.2.1', before: 'nginx.service' };
      expect(renderTemplate(path.slice(1), view)).toContain('rs1');
      if (readBy !== undefined) expect(units).toContain(readBy);
    }
  });
});
