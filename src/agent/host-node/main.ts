import { main } from '../main.ts';
import { nodeSys } from './node-sys.ts';

const sys = nodeSys(process.argv.slice(2));
sys.exit(await main(sys));
