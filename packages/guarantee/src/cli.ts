#!/usr/bin/env node
import { styleText } from 'node:util';
import { printable } from '@nooble/errors';
import { HELP, readOptions } from './options.ts';
import { runGuarantees, type Result } from './run.ts';
import { INTERRUPTED_EXIT_CODE, interruption } from './schedule/interruption.ts';

// The reader may close the pipe early, as `head` does.
process.stdout.on('error', () => process.exit());

const coloured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

const signal = interruption();

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else {
    const results = await runGuarantees({ ...options, signal }, options.json ? undefined : show);
    const { seed } = options;
    const document = { seed, held: results.every(({ held }) => held), promises: results };
    if (options.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    else process.stdout.write(`Repeat with --seed ${seed}\n`);
    process.exitCode = document.held ? 0 : 1;
  }
} catch (error) {
  const usage = error instanceof TypeError ? `\n\n${HELP}` : '';
  process.stderr.write(
    `Cannot test the promises: ${printable((error as Error).message)}${usage}\n`,
  );
  if (signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
  process.exitCode = 2;
}

function show({ id, text, held, tried, worst, example = [] }: Result): void {
  const word = held ? 'held' : 'BROKEN';
  const mark = coloured ? styleText(held ? 'green' : 'red', word) : word;
  process.stdout.write(`${id} ${mark}  ${text}: ${tried}; ${worst}\n`);
  for (const line of example) process.stdout.write(`     ${printable(line)}\n`);
}
