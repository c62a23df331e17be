import { constants } from 'node:os';
import { printable } from '@nooble/errors';
import { HELP, readOptions } from './options.ts';

const interrupt = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // What was started is killed as this process exits.
    if (interrupt.signal.aborted) process.exit(128 + constants.signals[name]);
    process.stderr.write('\nEnding what was started; interrupt again to end it at once\n');
    interrupt.abort(new Error('Interrupted'));
  });
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else {
    // Not before it is needed: help and mistakes are answered at once.
    const { playDemo } = await import('./demo.ts');
    const { Screen } = await import('./screen.ts');
    await playDemo(options, new Screen(), interrupt.signal);
  }
} catch (error) {
  const usage = error instanceof TypeError ? `\n\n${HELP}` : '';
  process.stderr.write(`\nThe demo stopped: ${printable((error as Error).message)}${usage}\n`);
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
