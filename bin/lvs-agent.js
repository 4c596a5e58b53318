#!/usr/bin/env node
import '../dist/agent/host-node/main.js';
