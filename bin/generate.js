// Writes the files below docs that are made from the code; a unit test compares them.
import { built } from './built.js';

await built('reference/generate.js');
