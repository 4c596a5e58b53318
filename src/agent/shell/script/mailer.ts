/** Sends alerts to `smtp_server`, one after the other. */
export interface Mailer {
  /** Nothing happens without `smtp_server` and `notification_email`. */
  readonly send: (subject: string, body: string) => void;
  readonly close: () => void;
}
