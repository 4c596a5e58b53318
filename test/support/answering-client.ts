import type { ExpectedRun } from './fake-host.ts';
import { MAC } from '../unit/verify/evidence.ts';

const request = (place: string, page: string): string => `${place} 0 200 ${page.repeat(64)}\n`;

/** The client's requests of the recorded cluster, answered by both real servers in turn. */
export const PAGES: ExpectedRun = {
  script: { name: 'requests', matches: (script) => script.includes('curl -q') },
  gives: {
    stdout: request('0.0', '1') + request('1.0', '2') + (request('v.0', '1') + request('v.0', '2')).repeat(8),
  },
  times: 'any',
};

/** The client's ARP request for the VIP, answered by dr1. */
export const ARP: ExpectedRun = {
  script: { name: 'arping', matches: (script) => script.includes('arping -b') },
  gives: { stdout: `answer Unicast reply from 192.168.168.12 [${MAC.dr1.toUpperCase()}]  1ms\nasked\n` },
  times: 'any',
};

export const answeringClient = (host: string): readonly ExpectedRun[] => (host === 'c1' ? [PAGES, ARP] : []);
