import { playDemo } from './demo.ts';
import { HELP, readOptions } from './options.ts';
import { Screen } from './screen.ts';

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => interrupt.abort(new Error('Interrupted')));
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else await playDemo(options, new Screen(), interrupt.signal);
} catch (error) {
  const usage = error instanceof TypeError ? `\n\n${HELP}` : '';
  process.stderr.write(`\nThe demo stopped: ${(error as Error).message}${usage}\n`);
  process.exitCode = interrupt.signal.aborted ? 130 : 1;
}
