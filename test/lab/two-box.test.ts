import { describe, expect, it } from 'vitest';
import { useLabOf } from './use-lab.ts';

/** Two hosts that are directors and real servers: a backup that balanced again would send packets in a circle. */
describe('inventories/two-box.yml', () => {
  const { lvsctl, on } = useLabOf('two-box.yml');

  /** Packets that a box has balanced. The kernel brings its counters up to date every two seconds. */
  const balanced = async (box: string): Promise<number> => {
    const line = (await on(box, 'sleep 3; ipvsadm -Ln --stats --exact'))
      .split('\n')
      .find((one) => one.startsWith('FWM'));
    return Number(line?.trim().split(/\s+/)[3] ?? 0);
  };

  /** The boxes that answered 40 requests of the client, one connection each, and how many were not answered. */
  const asked = async () => {
    const pages = await on(
      'c1',
      "for i in $(seq 40); do curl -s -m 5 http://192.168.168.12/ | sed -n 's/.*<h1>\\(.*\\)<.h1>.*/\\1/p' | grep . || echo none; done",
    );
    const names = pages.trim().split('\n');
    return { boxes: [...new Set(names)].toSorted(), unanswered: names.filter((name) => name === 'none').length };
  };

  const isMaster = (box: string) =>
    on(box, 'until ip -o address show to 192.168.168.12 dev eth0 | grep -q .; do sleep 0.1; done');

  it('is verified', async () => {
    const { output, exitCode } = await lvsctl('deploy', '--yes');
    expect(output).toContain('checks passed');
    expect(exitCode).toBe(0);
  });

  it('balances each connection once, whichever box is master, and however often that changes', async () => {
    for (let round = 0; round < 2; round += 1) {
      await isMaster('box1');
      const before = await balanced('box2');
      expect(await asked()).toEqual({ boxes: ['box1', 'box2'], unanswered: 0 });
      expect(await balanced('box2')).toBe(before);

      // A reload with a lower priority keeps the table of box1 while box2 is master.
      await on(
        'box1',
        "sed 's/priority 254/priority 1/' -i /etc/keepalived/keepalived.conf && systemctl reload keepalived",
      );
      await isMaster('box2');
      const idle = await balanced('box1');
      expect(await asked()).toEqual({ boxes: ['box1', 'box2'], unanswered: 0 });
      expect(await balanced('box1')).toBe(idle);
      await on(
        'box1',
        "sed 's/priority 1$/priority 254/' -i /etc/keepalived/keepalived.conf && systemctl reload keepalived",
      );
    }
  });

  it('needs its marks: without those of packets from the other box, they are balanced again', async () => {
    await isMaster('box1');
    const before = await balanced('box2');
    await on('box2', 'tc filter del dev eth0 ingress pref 17701');
    await on('c1', 'for i in $(seq 8); do curl -s -m 1 -o /dev/null http://192.168.168.12/; done; true');
    expect(await balanced('box2')).toBeGreaterThan(before);
    expect((await lvsctl('verify')).output).toContain('lvs.mark.sh');
    expect((await lvsctl('deploy', '--yes')).exitCode).toBe(0);
    expect(await asked()).toEqual({ boxes: ['box1', 'box2'], unanswered: 0 });
  });
});
