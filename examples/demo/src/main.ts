import { constants } from 'node:os';
import { printable } from '@nooble/errors';
import { HELP, readOptions } from './options.ts';

const interrupt = new AbortController();
// A terminal that was closed refuses output; the servers have to be stopped nevertheless.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    // Child processes are killed when this process exits.
    if (interrupt.signal.aborted) process.exit(128 + constants.signals[name]);
    process.stderr.write('\nStopping the services; interrupt again to kill them\n');
    interrupt.abort(new Error('Interrupted'));
  });
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else {
    // Loaded late, so that help and usage errors appear immediately.
    const { playDemo } = await import('./demo.ts');
    const { Screen } = await import('./screen.ts');
    await playDemo(options, new Screen(), interrupt.signal);
  }
} catch (error) {
  const usage = error instanceof TypeError ? `\n\n${HELP}` : '';
  process.stderr.write(`\nThe demo stopped: ${printable((error as Error).message)}${usage}\n`);
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
