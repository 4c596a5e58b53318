import { setMaxListeners } from 'node:events';

/**
 * Calls back when a signal aborts; the result takes that back. One signal is shared by all hosts of a run, and node
 * would warn of a leak at the eleventh.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
}
