import { describe, expect, it } from 'vitest';
import { LB_KINDS } from '../../../src/forwarding/forwarding.ts';
import { METHODS, methodsOf } from '../../../src/forwarding/methods.ts';
import { tuningOf } from '../../../src/render/sysctls.ts';
import { renderTemplate } from '../../../src/render/template.ts';
import { recordedCluster } from '../../support/recorded.ts';
import { BOTH, partOf } from './part.ts';

const cluster = await recordedCluster();

describe('forwarding methods', () => {
  it.each(LB_KINDS)('%s is found by its own word', (word) => {
    expect(METHODS[word].lbKind).toBe(word);
    expect(METHODS[word].conf(partOf().settings)[0]).toBe(word);
  });

  it('are listed once, however many virtual servers use them', () => {
    const [server] = cluster.virtualServers;
    const [real] = cluster.realServers;
    if (server === undefined || real === undefined) throw new Error('no virtual server');
    const two = { ...cluster, virtualServers: [server, { ...server, port: 443 }] };
    expect(methodsOf(two)).toEqual([METHODS.DR]);
    expect(tuningOf(two, real)).toEqual(tuningOf(cluster, real));
  });

  it.each(LB_KINDS)('%s has a template for each of its files, and leaves no trace that it does not name', (word) => {
    const method = METHODS[word];
    for (const role of BOTH) {
      const { files, units, script } = method.host(partOf(role));
      for (const { path, readBy, view } of files) {
        const names = { name: 'rs1', cluster: 'c', before: 'nginx.service' };
        expect(renderTemplate(path.slice(1), { ...names, ...view })).toContain('rs1');
        expect(method.traces.files).toContain(path);
        if (readBy !== undefined) expect(units.map((unit) => unit.name)).toContain(readBy);
      }
      for (const unit of units) {
        expect(method.traces.units).toContain(unit.name);
        expect(files.map(({ path }) => path)).toContain(unit.script);
      }
      if (script !== undefined) expect(files.map(({ path }) => path)).toContain(script);
    }
  });
});
