#!/usr/bin/env node
import { built } from './built.js';

await built('cli/main.js');
