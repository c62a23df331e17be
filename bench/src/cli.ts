import { writeChart } from './chart.ts';
import { updateDocument } from './document.ts';
import {
  HELP,
  PERFORMANCE_DOCUMENT,
  readOptions,
  RESULT_FILE,
  type BenchOptions,
} from './options.ts';
import { reportOf } from './report.ts';
import { documentOf, writeResults } from './results-file.ts';
import { runScenarios } from './run.ts';
import { SCENARIOS } from './scenarios.ts';

const coloured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // A second signal has no effect: the shutdown is already bounded.
  process.on(signal, () => interrupt.abort(new Error('interrupted')));
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(HELP);
  else await bench(options);
} catch (error) {
  const interrupted = interrupt.signal.aborted;
  const usage = error instanceof TypeError ? `\n\n${HELP}` : '';
  const reason = interrupted ? 'interrupted' : (error as Error).message;
  process.stderr.write(`Cannot finish the bench: ${reason}${usage}\n`);
  process.exitCode = interrupted ? 130 : 1;
}

async function bench({ only, json, out, ...how }: BenchOptions): Promise<void> {
  const chosen = SCENARIOS.filter(({ name }) => only.length === 0 || only.includes(name));
  const onProgress = json ? () => {} : showProgress;
  const { signal } = interrupt;
  const run = await runScenarios(chosen, { ...how, signal, onProgress });
  const written = await writeResults(run, out);
  await writeChart(written, out.replace(/\.json$/, '.svg'));
  if (out === RESULT_FILE) await updateDocument(written, PERFORMANCE_DOCUMENT);
  onProgress('');
  const document = documentOf(run);
  const text = json ? JSON.stringify(document, null, 2) : reportOf(document, coloured);
  process.stdout.write(`${text}\n`);
}

/** On a terminal, each line replaces the previous one. */
function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[2K${line}`);
  else if (line !== '') process.stderr.write(`${line}\n`);
}
