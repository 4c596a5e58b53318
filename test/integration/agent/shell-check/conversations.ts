import { decodeUtf8, encodeUtf8 } from '../../../../src/keepalived/text/utf8.ts';
import type { Conversation, ProbeEffect, ProbeEvent } from '../../../../src/agent/core/probe/probe.ts';

/** Passes once connected, like TCP_CHECK. */
export const CONNECT: Conversation = {
  on: (event) => {
    if (event.kind === 'connected') return { state: CONNECT, effects: [passed()] };
    return { state: CONNECT, effects: [failed(event)] };
  },
};

/** Sends `words` and passes once `expected` is received; `heard` gets the received text at the end. */
export function say(words: string, expected: string | undefined, heard: (text: string) => void): Conversation {
  const next = (text: string): Conversation => ({
    on: (event) => {
      switch (event.kind) {
        case 'connected':
          return { state: next(text), effects: [{ kind: 'send', bytes: encodeUtf8(words) }] };
        case 'data': {
          const all = text + decodeUtf8(event.bytes);
          const ready = expected === undefined || all.endsWith(expected);
          if (ready) heard(all);
          return { state: next(all), effects: ready ? [passed()] : [] };
        }
        case 'resume':
          return { state: next(text), effects: [] };
        case 'end':
        case 'failed':
        case 'deadline':
          heard(text);
          return { state: next(text), effects: [failed(event)] };
      }
    },
  });
  return next('');
}

export function passed(): ProbeEffect {
  return { kind: 'done', result: { passed: true, weight: undefined } };
}

export function failed(event: ProbeEvent): ProbeEffect {
  const reason = event.kind === 'failed' ? event.reason : event.kind;
  return { kind: 'done', result: { passed: false, reason } };
}
