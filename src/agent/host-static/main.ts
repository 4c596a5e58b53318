import { main } from '../main.ts';
import type { Host } from './host.ts';
import { staticSys } from './static-sys.ts';

declare const host: Host;

const sys = staticSys(host);
// What it throws is told by the runtime, with its place, and ends it with code 70.
void main(sys).then(sys.exit);
