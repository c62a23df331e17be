import type { Shard } from '../target.ts';

/** Admissions that are asked for; null for no limit. */
export interface AskedLimits {
  readonly perMinute: number | null;
  readonly perDay: number | null;
}

export const UNLIMITED: AskedLimits = { perMinute: null, perDay: null };

/** What a producer sends for one tenant. */
export interface Share {
  readonly tenant: string;
  /** Unlimited by default. */
  readonly limits?: AskedLimits;
  /** How many; absent for no end. */
  readonly actions?: number;
}

/** What an actor is told when it is started; its only argument, as JSON. */
export interface Orders {
  readonly redis: string;
  readonly prefix: string;
  /** Folder for its journal. */
  readonly journal: string;
  readonly seed: number;
  readonly leaseMs: number;
  readonly concurrency: number;
  /** What a producer sends, side by side; it ends when it has sent everything. Absent, it sends for several tenants. */
  readonly shares?: readonly Share[];
  /** How long a producer without end rests between sends (ms). */
  readonly restMs: number;
  /** Whether some of what a producer sends makes handlers misbehave. */
  readonly mischief: boolean;
  /** How long what a producer sends takes. */
  readonly takes: 'mixed' | 'long' | 'instant';
  /** Actions of each round of a bulk producer, and the limits it asks for. */
  readonly bulk: { readonly actions: number; readonly limits: AskedLimits };
  /** The slots of a shard that goes away, for who asks through an inbox there. */
  readonly slots?: Shard['slots'];
  /** Settled actions after which a worker kills itself, its callbacks not sent yet; 0 for never. */
  readonly diesAfter: number;
  /** Whether a worker writes down every look for work. */
  readonly notesClaims: boolean;
  /** Whether it writes down what memory it uses. */
  readonly measuresMemory: boolean;
}

export function readOrders(): Orders {
  return JSON.parse(process.argv[2] ?? '{}') as Orders;
}
