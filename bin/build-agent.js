#!/usr/bin/env node
// The second half of `npm run build`, after tsc: the agent that is pushed to hosts. `--install` lets apt install the
// compilers that it needs; without them it says so and builds what it can.
import '../dist/agent/runtime/main.js';
