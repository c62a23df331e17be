#!/usr/bin/env node
import { parseArgs, styleText } from 'node:util';
import { printable } from '@nooble/errors';
import { INTERRUPTED_EXIT_CODE, interruption } from '../interruption.ts';
import { seededRandom } from '../random.ts';
import { summarise } from '../summary.ts';
import { openTarget } from '../target.ts';
import { TOPOLOGIES, type Topology } from '../topologies/topologies.ts';
import type { MemoryUse } from './memory.ts';
import { soak, type SoakProgress, type SoakResult } from './soak.ts';

const HELP = `Mixed load with all faults for a long time: nothing may be lost, and memory has to stay flat.

  npm run soak -- --minutes 30

  --minutes <n>       how long (default 30)
  --topology <name>   what is started: standalone (default), sentinel or cluster
  --redis-url <url>   a Redis of yours, which is not disturbed
  --volatile          accept one that forgets when it restarts
  --seed <n>          repeat the schedule of an earlier run
  --help              this text

The exit code is 1 when something was lost, grew or was left behind, 2 when the soak could not be run, 130 when it
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
  if (!(minutes > 0)) throw new TypeError(`--minutes "${values.minutes}" is not a number above 0`);
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
  if (!Object.hasOwn(TOPOLOGIES, name)) throw new TypeError(`--topology "${name}" is unknown`);
  return TOPOLOGIES[name as Topology]();
}

/** A line a minute, or one that is written over on a terminal. */
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
  const { held, worst, example = [] } = summarise(findings);
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

function memoryLine({ who, first, last, perMinute, flat }: MemoryUse): string {
  const word = flat ? 'flat' : 'RISING';
  const mark = coloured ? styleText(flat ? 'green' : 'red', word) : word;
  return `${mark}  ${who}: ${mib(first)} at first, ${mib(last)} at last, ${mib(perMinute)} a minute in the later half`;
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(2)} MiB`;
}
