#!/usr/bin/env node
import { main } from './main.js';
import { processTerminal } from './terminal/process-terminal.js';

const args = process.argv.slice(2);

// Not process.exit(): what was written to a pipe may still be on its way.
void main(args, processTerminal(args)).then((code) => {
  process.exitCode = code;
});
