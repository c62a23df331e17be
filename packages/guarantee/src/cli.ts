#!/usr/bin/env node
import { styleText } from 'node:util';
import { printable } from '@nooble/errors';
import type { EverythingProgress } from './everything/progress.ts';
import { progressText } from './everything/report.ts';
import { tryEverything } from './everything/run-everything.ts';
import { HELP, readOptions, type GuaranteeOptions } from './options.ts';
import { runGuarantees, type Result } from './run.ts';
import { INTERRUPTED_EXIT_CODE, interruption } from './schedule/interruption.ts';

// The reader may close the pipe early, as `head` does.
process.stdout.on('error', () => process.exit());

const coloured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

const TEXT =
  'Everything that was asked for ends with a result or a typed error, and leaves no key behind';

const signal = interruption();

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else if (options.everything !== undefined) await everything(options.everything, options);
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

async function everything(actions: number, options: GuaranteeOptions): Promise<void> {
  const onProgress = options.json ? () => {} : reporter();
  const { held, lines } = await tryEverything({ ...options, actions, signal, onProgress });
  const { seed } = options;
  const document = { seed, held, lines };
  if (options.json) process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
  else {
    process.stdout.write(`${coloured ? '\n' : ''}${mark(held)}  ${TEXT}\n`);
    for (const line of lines) process.stdout.write(`     ${printable(line)}\n`);
    process.stdout.write(`Repeat with --seed ${seed}\n`);
  }
  process.exitCode = held ? 0 : 1;
}

/** Returns a function that prints a line every ten seconds, or updates one line on a terminal. */
function reporter(): (progress: EverythingProgress) => void {
  let printed = -1;
  return (progress) => {
    const now = Math.floor(progress.elapsedMs / 10_000);
    if (coloured) process.stdout.write(`\r\u001B[K${progressText(progress)}`);
    else if (now > printed) process.stdout.write(`${progressText(progress)}\n`);
    printed = now;
  };
}

function mark(held: boolean): string {
  const word = held ? 'held' : 'BROKEN';
  return coloured ? styleText(held ? 'green' : 'red', word) : word;
}

function show({ id, text, held, tried, worst, example = [] }: Result): void {
  process.stdout.write(`${id} ${mark(held)}  ${text}: ${tried}; ${worst}\n`);
  for (const line of example) process.stdout.write(`     ${printable(line)}\n`);
}
