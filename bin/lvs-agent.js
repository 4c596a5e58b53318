#!/usr/bin/env node
import { built } from './built.js';

await built('agent/host-node/main.js');
