import { hostname } from 'node:os';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { formatMailDate } from '../../../../src/agent/shell/script/mail-date.ts';
import { type MailDefs, openMailer } from '../../../../src/agent/shell/script/mailer.ts';
import { realLoop } from '../shell-check/real-loop.ts';
import { type RealServers, startServers } from '../shell-check/servers.ts';

const { sys, loop, turn, until, lines, journal, expectNoMistakes } = realLoop();
let servers: RealServers;

beforeAll(async () => {
  servers = await startServers();
});
beforeEach(() => {
  lines.length = 0;
});
afterAll(async () => {
  await servers.stop();
  expectNoMistakes();
});

function defs(port: number, differs: Partial<MailDefs> = {}): MailDefs {
  return {
    notification_email: ['ops@example.org', 'duty@example.org'],
    notification_email_from: 'director@example.org',
    smtp_server: { address: '127.0.0.1', port },
    smtp_helo_name: 'dr1.example.org',
    smtp_connect_timeout: 500,
    ...differs,
  };
}

it('sends mails one at a time, in order', async () => {
  const mailer = openMailer(sys, loop, journal);
  mailer.configure(defs(servers.port.smtp));
  for (const number of [1, 2, 3]) mailer.send(`Alert ${number}`, `What happened\n.${number}`);
  await until(() => servers.mails.length === 3);
  expect(servers.mails.map((mail) => mail.find((line) => line.startsWith('Subject: ')))).toEqual([
    'Subject: Alert 1',
    'Subject: Alert 2',
    'Subject: Alert 3',
  ]);
  const [first = []] = servers.mails;
  expect(first).toEqual(expect.arrayContaining(['From: director@example.org', 'What happened', '..1']));
  const date = first.find((line) => line.startsWith('Date: '))?.slice(6) ?? '';
  expect(Math.abs(Date.parse(date) - Date.now())).toBeLessThan(10_000);
  expect(servers.commands).toEqual(expect.arrayContaining(['HELO dr1.example.org', 'QUIT']));
  expect(lines).toEqual([]);
});

it('defaults the sender to root of this host', async () => {
  const mailer = openMailer(sys, loop, journal);
  const before = servers.mails.length;
  mailer.configure(defs(servers.port.smtp, { notification_email_from: undefined, smtp_helo_name: undefined }));
  mailer.send('Alert', 'body');
  await until(() => servers.mails.length > before);
  expect(servers.mails.at(-1)).toContain(`From: root@${hostname()}`);
  expect(servers.commands).toContain(`HELO ${hostname()}`);
});

it('resolves the server name', async () => {
  const mailer = openMailer(sys, loop, journal);
  const before = servers.mails.length;
  mailer.configure(defs(servers.port.smtp, { smtp_server: { address: 'localhost', port: servers.port.smtp } }));
  mailer.send('By name', 'body');
  await until(() => servers.mails.length > before);
  expect(servers.mails.at(-1)).toContain('Subject: By name');
});

it('logs an outage once with its reason, and the recovery', async () => {
  const mailer = openMailer(sys, loop, journal);
  const before = servers.mails.length;
  mailer.configure(defs(1));
  for (const number of [1, 2, 3]) mailer.send(`Lost ${number}`, 'body');
  await turn(100);
  const reason = '127.0.0.1 port 1: connection refused (ECONNREFUSED)';
  expect(lines).toEqual([`warning: cannot send alert mail: ${reason}`]);
  mailer.configure(defs(servers.port.smtp));
  mailer.send('Not lost', 'body');
  await until(() => servers.mails.length > before && lines.length > 1);
  expect(lines.slice(1)).toEqual(['notice: sending alert mails again; 3 lost']);
});

it('calls back when the last mail is sent, or at once if there is none', async () => {
  const mailer = openMailer(sys, loop, journal);
  const before = servers.mails.length;
  const drained: number[] = [];
  const drain = (): void => mailer.drain(() => drained.push(servers.mails.length - before));
  mailer.configure(defs(servers.port.smtp));
  drain();
  expect(drained).toEqual([0]);
  for (const number of [1, 2]) mailer.send(`At the end ${number}`, 'body');
  drain();
  expect(drained).toEqual([0]);
  await until(() => drained.length > 1);
  expect(drained).toEqual([0, 2]);
});

it('drains within the timeouts of an unreachable server', async () => {
  const mailer = openMailer(sys, loop, journal);
  let isDrained = false;
  mailer.configure(defs(1));
  mailer.send('Lost', 'body');
  mailer.drain(() => (isDrained = true));
  await until(() => isDrained);
  expect(lines).toHaveLength(1);
});

it('queues at most a hundred mails', async () => {
  const mailer = openMailer(sys, loop, journal);
  mailer.configure(defs(servers.port.silent));
  for (let number = 0; number < 105; number += 1) mailer.send('Alert', 'body');
  expect(lines).toEqual(['warning: cannot send alert mail: queue is full (100)']);
  mailer.close();
  await turn(600);
  expect(lines).toHaveLength(1);
});

it('sends nothing without a server or recipients', async () => {
  const mailer = openMailer(sys, loop, journal);
  const before = servers.mails.length;
  mailer.send('before it was configured', 'body');
  mailer.configure(defs(servers.port.smtp, { smtp_server: undefined }));
  mailer.send('no server', 'body');
  mailer.configure(defs(servers.port.smtp, { notification_email: [] }));
  mailer.send('nobody', 'body');
  await turn(100);
  expect([servers.mails.length, lines]).toEqual([before, []]);
});

it.each([
  [0, 'Thu, 1 Jan 1970 00:00:00 +0000'],
  [1_709_251_199_999, 'Thu, 29 Feb 2024 23:59:59 +0000'],
  [1_795_391_675_000, 'Sun, 22 Nov 2026 23:54:35 +0000'],
])('formats %d ms since 1970 as %s', (ms, date) => {
  expect(formatMailDate(ms)).toBe(date);
});
