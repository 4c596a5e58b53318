import { isIP } from 'node:net';
import { virtualAddressesOf } from '../cluster.ts';
import { doubt, type Finding, type Linted } from '../finding.ts';

/** keepalived's alerts must get out when the cluster is down: that is when they are sent. */
export function mail({ cluster }: Linted): readonly Finding[] {
  const { notification_email, notification_email_from, smtp_server } = cluster.global_defs;
  const [host = ''] = (smtp_server ?? '').split(' ');
  const at = ['global_defs', 'smtp_server'];
  if (virtualAddressesOf(cluster).some(({ address }) => address === host)) {
    const what = `\`smtp_server\` is the VIP ${host}: mail about the cluster would be sent to the cluster.`;
    return [doubt(at, what, 'Name a mail server outside it, or 127.0.0.1 when each director has one.')];
  }
  const found: Finding[] = [];
  if (smtp_server !== undefined && isIP(host) === 0) {
    const what = `keepalived looks up ${host} when it reads its file, and refuses the line when no name server answers.`;
    found.push(doubt(at, what, 'Write the address of the mail server.'));
  }
  if (notification_email.length > 0 && smtp_server === undefined) {
    const what = '`notification_email` is set without `smtp_server`.';
    found.push(
      doubt(['global_defs', 'notification_email'], what, 'Add `smtp_server`.', [['global_defs', 'smtp_server']]),
    );
  }
  if (notification_email.length > 0 && notification_email_from === undefined) {
    const what =
      'Without `notification_email_from` the mail comes from keepalived@HOST, which mail servers may refuse.';
    found.push(
      doubt(['global_defs', 'notification_email'], what, 'Add `notification_email_from`.', [
        ['global_defs', 'notification_email_from'],
      ]),
    );
  }
  return found;
}
