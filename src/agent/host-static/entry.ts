import { encodeUtf8 } from '../core/bytes/text.ts';
import { call } from '../shell/syscall-numbers.ts';
import type { Host } from './host.ts';
import { staticSys } from './static-sys.ts';

declare const host: Host;

const sys = staticSys(host);
const line = encodeUtf8(`lvs-agent on ${sys.arch}: ${sys.argv.join(' ')}\n`);
call(sys, 'write', 1, line, line.length);
