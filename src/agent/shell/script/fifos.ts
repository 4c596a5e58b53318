/** The notify FIFOs of global_defs. */
export interface Fifos {
  /** A line about VRRP, without its end: for `notify_fifo` and `vrrp_notify_fifo`. */
  readonly vrrp: (line: string) => void;
  /** A line about real servers: for `notify_fifo` and `lvs_notify_fifo`. */
  readonly lvs: (line: string) => void;
  /** Ends their scripts, and removes those that were made here. */
  readonly close: () => void;
}
