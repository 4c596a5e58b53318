import { setMaxListeners } from 'node:events';

/**
 * Calls `listener` when a signal aborts; the result unsubscribes. All hosts of a run share one signal, and node would
 * warn of a leak at the eleventh.
 */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => {
    signal.removeEventListener('abort', listener);
  };
}
