import { parseArgs } from 'node:util';
import { TOPOLOGIES, type Topology } from './topologies/topologies.ts';

export interface GuaranteeOptions {
  /** Undefined for servers of our own. */
  readonly redisUrl: string | undefined;
  /** Of our own servers. */
  readonly topology: Topology;
  readonly seed: number;
  /** For all promises together. */
  readonly seconds: number;
  /** Empty for all. */
  readonly only: readonly string[];
  /** Of the domain that works. */
  readonly partitions: number;
  readonly json: boolean;
  readonly volatile: boolean;
  readonly help: boolean;
}

export const HELP = `Tries to break every promise of Nooble, and says what held.

  npx @nooble/guarantee --redis-url redis://localhost:6379

  --redis-url <url>   Redis to try; without it one is started, and disturbed as well
  --topology <name>   what is started: standalone (default), sentinel or cluster
  --partitions <n>    cut the domain that works into so many (default 1)
  --seconds <n>       how long faults go on, all promises together (default 60)
  --seed <n>          repeat the schedule of an earlier run
  --only P1,P4        some of the promises
  --volatile          accept a Redis that forgets when it restarts
  --json              one JSON document instead of lines
  --help              this text

Keys of a run have a prefix of their own and are removed at its end. The exit code is 1 when a promise was broken, 2 when
one could not be tried, 130 when the run was interrupted.
`;

/** Throws TypeError for what cannot be. */
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
    json: values.json,
    volatile: values.volatile,
    help: values.help,
  };
}

function topologyOf(name: string): Topology {
  if (Object.hasOwn(TOPOLOGIES, name)) return name as Topology;
  throw new TypeError(`--topology "${name}" is none of ${Object.keys(TOPOLOGIES).join(', ')}`);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new TypeError(`${name} "${text}" is not a whole number`);
}
