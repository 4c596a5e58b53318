import { readConf } from '../keepalived/read-conf.ts';
import type { CheckTiming } from './cluster.ts';

/** Timing of the checker of a real server that takes longest to fail, read from its part of keepalived.conf. */
export function timingOf(virtualServer: string | undefined, realServer: string): CheckTiming {
  const text = `virtual_server 192.0.2.1 1 {
lb_kind NAT
${virtualServer ?? ''}
real_server 192.0.2.2 1 {
${realServer}
}
}
`;
  const name = 'keepalived.conf';
  const read = (pattern: string) => (pattern === name ? [{ name, text }] : []);
  const { understood } = readConf({ main: name, read }, { configId: undefined, hostname: '', tls: true });
  const checkers = understood?.check.virtual_server[0]?.real_server[0]?.checkers ?? [];
  return checkers.reduce<CheckTiming>(
    (slowest, { retry, delay_before_retry }) =>
      retry * delay_before_retry > slowest.retry * slowest.delay_before_retry * 1000
        ? { retry, delay_before_retry: delay_before_retry / 1000 }
        : slowest,
    { retry: 0, delay_before_retry: 0 },
  );
}
