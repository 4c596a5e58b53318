import { encodeUtf8, decodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import type { CheckerConnection } from '../../../../src/keepalived/model/check.ts';
import type { Conversation, ProbeEffect, ProbeEvent, ProbeResult } from '../../../../src/agent/core/probe/probe.ts';

/** A connection to 192.0.2.1:80 with a timeout of 3 s per step. */
export const CONNECTION: CheckerConnection = {
  connect_ip: '192.0.2.1',
  connect_port: 80,
  connect_timeout: 3000,
  bindto: undefined,
  bind_if: undefined,
  bind_port: undefined,
  fwmark: undefined,
};

export const TIMING = {
  delay_loop: 6000,
  retry: 1,
  delay_before_retry: 1000,
  warmup: 0,
  alpha: false,
  log_all_failures: false,
};

/** Texts other than CONNECTED, END and DEADLINE are received data. */
export type Heard = string | Uint8Array | { readonly failed: string };

export interface Held {
  readonly result: ProbeResult | undefined;
  /** Everything sent, as one text; a new connection starts with `-- `. */
  readonly said: string;
  readonly sent: readonly Uint8Array[];
  readonly effects: readonly ProbeEffect[];
}

/** Feeds events to a conversation at 1 s, 2 s and so on, until it is done. */
export function hold(conversation: Conversation, ...events: readonly Heard[]): Held {
  let now = conversation;
  const effects: ProbeEffect[] = [];
  for (const [index, heard] of events.entries()) {
    const at = (index + 1) * 1000;
    let turn = now.on(eventOf(heard, at));
    effects.push(...turn.effects);
    while (turn.effects.some((effect) => effect.kind === 'pause')) {
      turn = turn.state.on({ kind: 'resume', at });
      effects.push(...turn.effects);
    }
    now = turn.state;
    if (turn.effects.some((effect) => effect.kind === 'done')) break;
  }
  const done = effects.find((effect) => effect.kind === 'done');
  const sent = effects.flatMap((effect) => (effect.kind === 'send' ? [effect.bytes] : []));
  const said = effects.map((effect) =>
    effect.kind === 'send' ? decodeUtf8(effect.bytes) : effect.kind === 'reconnect' ? '-- ' : '',
  );
  return { result: done?.result, said: said.join(''), sent, effects };
}

/** `passed`, the reason of a failure, or `open` without a result yet. */
export function outcome({ result }: Held): string {
  if (result === undefined) return 'open';
  return result.passed ? 'passed' : result.reason;
}

function eventOf(heard: Heard, at: number): ProbeEvent {
  if (heard === 'CONNECTED') return { kind: 'connected', at };
  if (heard === 'END') return { kind: 'end', at };
  if (heard === 'DEADLINE') return { kind: 'deadline', at };
  if (typeof heard === 'string') return { kind: 'data', at, bytes: encodeUtf8(heard) };
  return heard instanceof Uint8Array
    ? { kind: 'data', at, bytes: heard }
    : { kind: 'failed', at, reason: heard.failed };
}
