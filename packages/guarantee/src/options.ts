import { parseArgs } from 'node:util';
import { TOPOLOGIES, type Topology } from './target/topologies.ts';

export interface GuaranteeOptions {
  /** URL of the Redis to test; undefined starts one. */
  readonly redisUrl: string | undefined;
  /** Topology of the servers that are started. */
  readonly topology: Topology;
  readonly seed: number;
  /** Duration of the faults of all promises together (s). */
  readonly seconds: number;
  /** Ids of the promises to test; empty for all. */
  readonly only: readonly string[];
  /** Number of partitions of the work domain. */
  readonly partitions: number;
  /** Number of actions of a trial of everything, which replaces those of the promises; undefined for the promises. */
  readonly everything: number | undefined;
  /** Maximum time that a trial of everything waits for keys to expire (min). */
  readonly keysMinutes: number;
  readonly json: boolean;
  readonly volatile: boolean;
  readonly help: boolean;
}

export const HELP = `Tries to break every promise of Nooble, and reports which promises held.

  npx @nooble/guarantee --redis-url redis://localhost:6379

  --redis-url <url>   Redis to test; without it one is started, and faults are injected into it as well
  --topology <name>   servers to start: standalone (default), sentinel or cluster
  --partitions <n>    number of partitions of the work domain (default 1)
  --seconds <n>       duration of the faults, all promises together (default 60)
  --seed <n>          repeat the schedule of an earlier run
  --only P1,P4        test only these promises
  --everything <n>    instead of the promises: n requests, streams, calls, sequences and cancellations, while callers, workers
                      and Redis are killed; all must settle, and leave no key
  --keys-minutes <n>  with --everything, maximum time to wait for keys to expire (default 12, 0 to only look)
  --volatile          accept a Redis that loses its data on a restart
  --json              print one JSON document instead of lines
  --help              show this text

All keys of a run have a separate prefix and are removed at its end. The exit code is 1 if a promise was broken, 2 if one
could not be tested, and 130 if the run was interrupted.
`;

/** Parses the command line. Throws TypeError for an unknown option or an invalid value. */
export function readOptions(args: readonly string[]): GuaranteeOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      'redis-url': { type: 'string' },
      topology: { type: 'string', default: 'standalone' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
      seconds: { type: 'string', default: '60' },
      partitions: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      everything: { type: 'string' },
      'keys-minutes': { type: 'string', default: '12' },
      json: { type: 'boolean', default: false },
      volatile: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    redisUrl: values['redis-url'],
    topology: topologyOf(values.topology),
    seed: wholeNumber('--seed', values.seed),
    seconds: wholeNumber('--seconds', values.seconds),
    only: values.only
      .split(',')
      .flatMap((id) => (id.trim() === '' ? [] : [id.trim().toUpperCase()])),
    partitions: wholeNumber('--partitions', values.partitions),
    everything:
      values.everything === undefined ? undefined : wholeNumber('--everything', values.everything),
    keysMinutes: wholeNumber('--keys-minutes', values['keys-minutes']),
    json: values.json,
    volatile: values.volatile,
    help: values.help,
  };
}

function topologyOf(name: string): Topology {
  if (Object.hasOwn(TOPOLOGIES, name)) return name as Topology;
  throw new TypeError(`--topology "${name}" is not one of ${Object.keys(TOPOLOGIES).join(', ')}`);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TypeError(`${name} "${text}" is not a whole number`);
}
