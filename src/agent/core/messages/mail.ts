import { type Coded, wordingOf } from './message.ts';
import { type LogEntry, logText } from './log.ts';
import { type Fault, faultText } from './vrrp-reasons.ts';

type Reported = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';
type RealEntry = Extract<LogEntry, { code: 'real-up' | 'real-down' }>;
type QuorumEntry = Extract<LogEntry, { code: 'quorum-gained' | 'quorum-lost' }>;

const SUBJECTS = {
  'instance-state': (args: { router: string; instance: string; state: Reported; faults: readonly Fault[] }) =>
    `[${args.router}] VRRP instance ${args.instance} is ${args.state}`,
  'group-state': (args: { router: string; group: string; state: Reported }) =>
    `[${args.router}] VRRP group ${args.group} is ${args.state}`,
  'real-state': ({ entry }: { entry: RealEntry }) =>
    `Real server ${entry.real} of virtual server ${entry.virtual} is ${entry.code === 'real-up' ? 'UP' : 'DOWN'}`,
  'virtual-state': ({ entry }: { entry: QuorumEntry }) =>
    `Virtual server ${entry.virtual} is ${entry.code === 'quorum-gained' ? 'UP' : 'DOWN'}`,
};

/** A mail to the operator (smtp_alert). */
export type Alert = Coded<typeof SUBJECTS>;

export function mailSubject(alert: Alert): string {
  return wordingOf(SUBJECTS, alert);
}

export function mailBody(alert: Alert): string {
  switch (alert.code) {
    case 'instance-state':
      return [`The instance ${MEANINGS[alert.state]}`, ...faultLines(alert.faults)].join('\n\n');
    case 'group-state':
      return `The group ${MEANINGS[alert.state]}`;
    case 'real-state':
    case 'virtual-state':
      return sentence(logText(alert.entry));
  }
}

const MEANINGS: Readonly<Record<Reported, string>> = {
  MASTER: 'holds its virtual addresses on this host.',
  BACKUP: 'is standing by and does not hold its virtual addresses on this host.',
  FAULT: 'cannot hold its virtual addresses because something it depends on has failed.',
  STOP: 'was stopped.',
  DELETED: 'is no longer configured.',
};

function faultLines(faults: readonly Fault[]): readonly string[] {
  return faults.length === 0 ? [] : [faults.map(faultText).join('\n')];
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
