import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SCENARIOS } from './scenarios.ts';

export interface BenchOptions {
  /** Scenarios to run; empty for all. */
  readonly only: readonly string[];
  readonly quick: boolean;
  readonly pairs: number;
  readonly json: boolean;
  /** Folder for the CPU profiles of the processes. */
  readonly profile: string | undefined;
  readonly out: string;
  readonly help: boolean;
}

const FULL_PAIRS = 5;
const QUICK_PAIRS = 1;

/** Files that a full run writes. */
export const RESULT_FILE = fileURLToPath(new URL('../results/latest.json', import.meta.url));
export const PERFORMANCE_DOCUMENT = fileURLToPath(
  new URL('../../docs/performance.md', import.meta.url),
);
const QUICK_FILE = fileURLToPath(new URL('../results/quick.json', import.meta.url));

export const HELP = `Measures Nooble and comparable queues on one Redis, which it starts itself.

  npm run bench                           all scenarios, ${FULL_PAIRS} rounds
  npm run bench -- --quick                all scenarios, ${QUICK_PAIRS} small round: a functional check, not a measurement
  npm run bench -- --only enqueue,idle    some scenarios; the result file keeps the results of others, also of other machines

  --only <names>   ${SCENARIOS.map(({ name }) => name)
    .reduce<string[]>(wrap, [])
    .join('\n                   ')}
  --quick          small samples, no warm-up, under 90 s
  --pairs <n>      rounds; each round measures every side once (default ${FULL_PAIRS}, with --quick ${QUICK_PAIRS})
  --json           print one JSON document instead of the table
  --profile <dir>  folder for Node CPU profiles of all processes (do not use the figures of such a run)
  --out <file>     result file (default bench/results/latest.json, with --quick quick.json)
  --help           print this text

The exit code is 1 if a job was lost or done twice, and 130 after Ctrl-C.
`;

/** Parses the command line. Throws TypeError for invalid options. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      pairs: { type: 'string' },
      json: { type: 'boolean', default: false },
      profile: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { quick, json, help } = values;
  const only = values.only.flatMap((names) => names.split(',')).filter((name) => name !== '');
  for (const name of only) assertScenario(name);
  const pairs = Number(values.pairs ?? (quick ? QUICK_PAIRS : FULL_PAIRS));
  if (!Number.isInteger(pairs) || pairs < 1 || pairs > 100) {
    throw new TypeError(`Invalid --pairs "${values.pairs}": expected a whole number from 1 to 100`);
  }
  const out = values.out ?? (quick ? QUICK_FILE : RESULT_FILE);
  return { only, quick, pairs, json, profile: values.profile, out, help };
}

function assertScenario(name: string): void {
  if (SCENARIOS.some((scenario) => scenario.name === name)) return;
  const names = SCENARIOS.map((scenario) => scenario.name).join(', ');
  throw new TypeError(`Unknown scenario "${name}": expected ${names}`);
}

function wrap(lines: string[], name: string): string[] {
  const last = lines.at(-1);
  if (last === undefined || last.length + name.length > 70) return [...lines, name];
  return [...lines.slice(0, -1), `${last}, ${name}`];
}
