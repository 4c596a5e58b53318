import { main } from '../main.ts';
import type { Host } from './host.ts';
import { staticSys } from './static-sys.ts';

declare const host: Host;

const sys = staticSys(host);
// The runtime reports an exception with its location and exits with code 70.
void main(sys).then(sys.exit);
