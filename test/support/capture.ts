import { formatAddress } from '../../src/keepalived/text/address.ts';
import { toHex } from '../../src/keepalived/text/utf8.ts';
import type { Segment } from './segment.ts';
import { eventually } from './router.ts';

/** A captured packet with its kernel timestamp. */
export type Heard = {
  readonly at: number;
  /** Hardware address of the sender, such as 02:77:00:00:00:01. */
  readonly from: string;
} & (
  | {
      readonly kind: 'advert';
      readonly source: string;
      readonly destination: string;
      readonly hops: number;
      readonly version: number;
      readonly vrid: number;
      readonly priority: number;
      readonly payload: Uint8Array;
    }
  | { readonly kind: 'arp'; readonly operation: number; readonly sender: string; readonly target: string }
  | { readonly kind: 'neighbour-advertisement'; readonly target: string; readonly flags: number }
);

type Advert = Extract<Heard, { kind: 'advert' }>;

export interface Capture {
  /** Packets captured so far, in order; `at` is in ms since 1970. Only for awaited conditions. */
  readonly heard: readonly Heard[];
  /** The advertisements among them. */
  readonly soFar: () => readonly Advert[];
  /** All advertisements sent before the call. */
  readonly adverts: () => Promise<readonly Advert[]>;
  readonly close: () => Promise<void>;
}

/** Captures on the bridge of a segment; resolves once the capture runs. */
export async function capture(segment: Segment): Promise<Capture> {
  const filter = 'proto 112 or arp or (icmp6 and ip6[40] == 136) or (ip6 proto 112)';
  const program = segment.start(
    'wire',
    'tcpdump',
    '-i',
    'wire',
    '-n',
    '-U',
    '--immediate-mode',
    '-s',
    '512',
    '-w',
    '-',
    filter,
  );
  const heard: Heard[] = [];
  let rest = Buffer.alloc(0);
  let ready = false;
  let frames = 0;
  let counts = '';
  program.process.stderr?.on('data', (chunk: Buffer) => (counts += chunk.toString()));
  program.process.stdout?.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    if (!ready) {
      if (rest.length < 24) return;
      ready = true;
      rest = rest.subarray(24);
    }
    while (rest.length >= 16 && rest.length >= 16 + rest.readUInt32LE(8)) {
      const length = rest.readUInt32LE(8);
      const one = read(rest.readUInt32LE(0) * 1000 + rest.readUInt32LE(4) / 1000, rest.subarray(16, 16 + length));
      if (one !== undefined) heard.push(one);
      frames += 1;
      rest = rest.subarray(16 + length);
    }
  });
  // tcpdump handles SIGUSR1 once it has written the file header.
  await eventually('tcpdump listens', () => counts.includes('listening on'));
  const soFar = (): readonly Advert[] => heard.filter((one) => one.kind === 'advert');
  // On SIGUSR1 tcpdump prints the number of frames written and received by the kernel, possibly some before its filter
  // was set.
  const count = async (): Promise<{ readonly written: number; readonly received: number }> => {
    counts = '';
    program.process.kill('SIGUSR1');
    const statistics = () => /(\d+) packets? captured, (\d+) packets? received by filter/.exec(counts);
    await eventually('tcpdump counts its frames', () => statistics() !== null);
    const [, written, received] = statistics() ?? [];
    return { written: Number(written), received: Number(received) };
  };
  const first = await count();
  const unfiltered = first.received - first.written;
  return {
    heard,
    soFar,
    adverts: async () => {
      const { received } = await count();
      await eventually('the capture has caught up', () => frames >= received - unfiltered);
      return soFar();
    },
    close: async () => void (await program.stop('SIGKILL')),
  };
}

function read(at: number, frame: Buffer): Heard | undefined {
  const from = (toHex(frame.subarray(6, 12)).match(/../g) ?? []).join(':');
  const type = frame.readUInt16BE(12);
  if (type === 0x0806) {
    const [sender, target] = [formatAddress(frame.subarray(28, 32)), formatAddress(frame.subarray(38, 42))];
    return { at, from, kind: 'arp', operation: frame.readUInt16BE(20), sender, target };
  }
  const packet = frame.subarray(14);
  if (type === 0x0800 && packet[9] === 112) {
    const payload = packet.subarray(((packet[0] ?? 0) & 15) * 4, packet.readUInt16BE(2));
    return advert(
      at,
      from,
      formatAddress(packet.subarray(12, 16)),
      formatAddress(packet.subarray(16, 20)),
      packet[8] ?? 0,
      payload,
    );
  }
  if (type !== 0x86dd) return undefined;
  const payload = packet.subarray(40, 40 + packet.readUInt16BE(4));
  if (packet[6] === 112)
    return advert(
      at,
      from,
      formatAddress(packet.subarray(8, 24)),
      formatAddress(packet.subarray(24, 40)),
      packet[7] ?? 0,
      payload,
    );
  if (payload[0] !== 136) return undefined;
  return {
    at,
    from,
    kind: 'neighbour-advertisement',
    target: formatAddress(payload.subarray(8, 24)),
    flags: payload[4] ?? 0,
  };
}

function advert(
  at: number,
  from: string,
  source: string,
  destination: string,
  hops: number,
  payload: Uint8Array,
): Heard {
  const [first = 0, vrid = 0, priority = 0] = payload;
  return {
    at,
    from,
    kind: 'advert',
    source,
    destination,
    hops,
    version: first >> 4,
    vrid,
    priority,
    payload: Uint8Array.from(payload),
  };
}
