import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { deployFirst } from '../use-lab.ts';
import { putAgent } from './engines.ts';
import { requests } from './requests.ts';
import { openTypedShell, type TypedShell } from './typed-shell.ts';

const VIP = '192.168.168.12';
const PLACE = '/run/truth-killed';
const UNIT = 'truth-agent';

let director: TypedShell;
let backup: TypedShell;
let client: TypedShell;

interface ReportedStatus {
  readonly problems: readonly string[];
  readonly pid: number;
}

const status = async (): Promise<ReportedStatus> =>
  JSON.parse(await director.run(`${PLACE}/lvs-agent status -s ${PLACE}/status.sock`)) as ReportedStatus;
const journal = (): Promise<string> => director.run(`journalctl -u ${UNIT} -o cat --no-pager | tail -n 60`);
const table = (): Promise<string> => director.run('ipvsadm -Sn');
const holds = async (shell: TypedShell): Promise<boolean> =>
  (await shell.run(`ip -o address show dev eth0 to ${VIP}`)) !== '';

async function eventually(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 300; turn += 1) {
    if (await isSo().catch(() => false)) return;
    await sleep(100);
  }
  throw new Error(`not so after 30 s: ${what}\n${await journal()}`);
}

/** As the unit file of a director has it: back after a moment, whatever happened. */
const start = (state: string): Promise<string> =>
  director.run(`systemd-run --quiet --unit=${UNIT} -p Restart=always -p RestartSec=800ms -p StartLimitIntervalSec=0 \
${PLACE}/lvs-agent -f ${PLACE}/keepalived.conf --state ${state} -s ${PLACE}/status.sock`);

const serves = async (): Promise<boolean> => (await holds(director)) && !(await holds(backup));

deployFirst();

/** The agent in the place of the director's keepalived, on the same file. */
async function agentServes(): Promise<void> {
  await director.run(
    `systemctl reset-failed ${UNIT} 2>/dev/null; systemctl stop ${UNIT} 2>/dev/null; mkdir -p ${PLACE}`,
  );
  await director.run(`cp /etc/keepalived/keepalived.conf ${PLACE}/keepalived.conf`);
  await putAgent(director, `${PLACE}/lvs-agent`);
  await director.run('systemctl stop keepalived');
  await start(`${PLACE}/state.json`);
  await eventually('the agent serves', serves);
}

async function keepalivedServes(): Promise<void> {
  await director.run(
    `systemctl stop ${UNIT}; systemctl start keepalived; umount ${PLACE}/full 2>/dev/null; rm -rf ${PLACE}`,
  );
  await eventually('keepalived serves again', serves);
}

beforeAll(async () => {
  director = openTypedShell('dr1');
  backup = openTypedShell('dr2');
  client = openTypedShell('c1');
  await agentServes();
});

afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return;
  await keepalivedServes();
  await agentServes();
});

afterAll(async () => {
  await keepalivedServes();
  await client.run('rm -f /run/truth-requests.pl');
  for (const shell of [director, backup, client]) await shell.close();
});

describe('an agent that is killed', () => {
  it('leaves no request unanswered while it is dead, nor while it starts', async () => {
    const { pid } = await status();
    const asked = requests(client, VIP, 8);
    for (let kill = 0; kill < 3; kill += 1) {
      await sleep(1000);
      await director.run(`systemctl kill -s KILL ${UNIT}`);
      await sleep(1000);
    }
    const { answered, failed, longest } = await asked;
    // The agent is dead for 800 ms each time; a busy machine alone makes a client wait, but not for that long.
    expect({ failed, longest: longest < 800 }, `${answered} answered, ${longest} ms at most`).toEqual({
      failed: 0,
      longest: true,
    });
    expect(answered).toBeGreaterThan(100);
    expect((await status()).pid).not.toBe(pid);
    expect(await holds(director)).toBe(true);
    expect(await holds(backup)).toBe(false);
  });

  it('takes out what left the file meanwhile, and puts in what came', async () => {
    const before = await table();
    expect(before).toContain('-r 192.168.168.103:80');
    await director.run(`cp ${PLACE}/keepalived.conf ${PLACE}/before
systemctl kill -s KILL ${UNIT}
sed -i 's/real_server 192.168.168.103/real_server 192.168.168.109/' ${PLACE}/keepalived.conf`);
    await eventually('the table is the new file’s', async () => {
      const now = await table();
      return !now.includes('192.168.168.103') && now.includes('192.168.168.102');
    });
    await director.run(`mv ${PLACE}/before ${PLACE}/keepalived.conf; systemctl kill -s HUP ${UNIT}`);
    await eventually('the table is the old file’s', async () => (await table()) === before);
  });

  it('takes out a virtual server that left the file meanwhile', async () => {
    const before = await table();
    await director.run(`cp ${PLACE}/keepalived.conf ${PLACE}/before
cat >> ${PLACE}/keepalived.conf <<'END'
virtual_server ${VIP} 81 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.168.168.102 81 {
  }
}
END
systemctl kill -s HUP ${UNIT}`);
    await eventually('there are two', async () => (await table()).includes(`-A -t ${VIP}:81 `));
    await director.run(`systemctl kill -s KILL ${UNIT}; mv ${PLACE}/before ${PLACE}/keepalived.conf`);
    await eventually('there is one', async () => (await table()) === before);
  });
});

describe('an agent that loses what it needs', () => {
  it('goes on without its file, says so, and takes it when it is back', async () => {
    const before = await table();
    await director.run(`mv ${PLACE}/keepalived.conf ${PLACE}/away; systemctl kill -s HUP ${UNIT}`);
    await eventually('it says so', async () =>
      (await status()).problems.some((one) => one.includes('keepalived.conf')),
    );
    expect((await requests(client, VIP, 2)).failed).toBe(0);
    expect(await table()).toBe(before);
    expect(await journal()).toMatch(/rejected .*; the previous configuration stays in use/);
    await director.run(`mv ${PLACE}/away ${PLACE}/keepalived.conf; systemctl kill -s HUP ${UNIT}`);
    await eventually('it is content', async () => (await status()).problems.length === 0);
  });

  it('serves when its state cannot be written, and says so', async () => {
    await director.run(`systemctl stop ${UNIT}; mkdir -p ${PLACE}/full && mount -t tmpfs -o size=8k none ${PLACE}/full
dd if=/dev/zero of=${PLACE}/full/rubbish bs=4096 count=9 2>/dev/null || :`);
    await start(`${PLACE}/full/state.json`);
    await eventually('it serves', serves);
    await eventually('it says so', async () =>
      (await status()).problems.some((one) => one.includes('full/state.json')),
    );
    expect((await requests(client, VIP, 2)).failed).toBe(0);
    expect(await journal()).toMatch(/cannot write .*full\/state\.json: .*ENOSPC/);
    await director.run(`rm ${PLACE}/full/rubbish`);
    await eventually('it is content once there is room', async () => (await status()).problems.length === 0);
  });
});
