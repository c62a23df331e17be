#!/usr/bin/env node
import { parseArgs, styleText } from 'node:util';
import { printable } from '@nooble/errors';
import { reportOf } from '../promises/report.ts';
import { INTERRUPTED_EXIT_CODE, interruption } from '../schedule/interruption.ts';
import { seededRandom } from '../schedule/random.ts';
import { openTarget } from '../target/target.ts';
import { TOPOLOGIES, type Topology } from '../target/topologies.ts';
import type { MemoryUse } from './memory.ts';
import { soak, type SoakProgress, type SoakResult } from './soak.ts';

const HELP = `Runs a mixed load with all faults for a long time: no action may be lost, and memory must stay flat.

  npm run soak -- --minutes 30

  --minutes <n>       duration (default 30)
  --topology <name>   servers to start: standalone (default), sentinel or cluster
  --redis-url <url>   use this Redis instead, without injecting faults into it
  --volatile          accept a Redis that loses its data on a restart
  --seed <n>          repeat the schedule of an earlier run
  --help              show this text

The exit code is 1 if an action was lost, memory grew or keys were left behind, 2 if the soak could not run, and 130 if it
was interrupted.
`;

const coloured = process.stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';

const signal = interruption();

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`Cannot run the soak: ${printable((error as Error).message)}\n`);
  if (signal.aborted) process.exit(INTERRUPTED_EXIT_CODE);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      minutes: { type: 'string', default: '30' },
      topology: { type: 'string', default: 'standalone' },
      'redis-url': { type: 'string' },
      volatile: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new TypeError(`--minutes "${values.minutes}" is not a positive number`);
  const url = values['redis-url'];
  const target = await (url === undefined
    ? startOwn(values.topology)
    : openTarget(url, values.volatile));
  try {
    const random = seededRandom(Number(values.seed));
    const prefix = `nooble-soak-${Date.now()}`;
    const result = await soak({ target, prefix, random, minutes, signal, onProgress: reporter() });
    return report(result, values.seed);
  } finally {
    await target.close();
  }
}

async function startOwn(name: string) {
  if (!Object.hasOwn(TOPOLOGIES, name))
    throw new TypeError(`--topology "${name}" is not one of ${Object.keys(TOPOLOGIES).join(', ')}`);
  return TOPOLOGIES[name as Topology]();
}

/** Returns a function that prints one line per minute, or updates one line on a terminal. */
function reporter(): (progress: SoakProgress) => void {
  let minute = -1;
  return (progress) => {
    const now = Math.floor(progress.elapsedMs / 60_000);
    if (coloured) process.stdout.write(`\r\u001B[K${lineOf(progress)}`);
    else if (now > minute) process.stdout.write(`${lineOf(progress)}\n`);
    minute = now;
  };
}

function lineOf({ elapsedMs, accepted, killed, faults, redisBytes }: SoakProgress): string {
  const seconds = Math.round(elapsedMs / 1_000);
  const time = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return `${time}  ${accepted} accepted, ${killed} killed, ${faults} faults, Redis ${mib(redisBytes)}`;
}

function report({ findings, memory, leftKeys, progress }: SoakResult, seed: string): number {
  const { held, worst, example = [] } = reportOf(findings);
  const lines = [
    `${coloured ? '\n' : ''}${lineOf(progress)}`,
    ...memory.map(memoryLine),
    `${leftKeys.length} keys left behind${leftKeys.map((key) => ` ${printable(key)}`).join('')}`,
    worst,
    ...example.map(printable),
    `Repeat with --seed ${seed}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return held && leftKeys.length === 0 && memory.every(({ flat }) => flat) ? 0 : 1;
}

function memoryLine({ name, first, last, perMinute, flat }: MemoryUse): string {
  const word = flat ? 'flat' : 'RISING';
  const mark = coloured ? styleText(flat ? 'green' : 'red', word) : word;
  return `${mark}  ${name}: ${mib(first)} at the start, ${mib(last)} at the end, ${mib(perMinute)} per minute in the second half`;
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}
