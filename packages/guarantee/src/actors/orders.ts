/** What an actor is told when it is started; its only argument, as JSON. */
export interface Orders {
  readonly redis: string;
  readonly prefix: string;
  /** Folder for its journal. */
  readonly journal: string;
  readonly seed: number;
  readonly leaseMs: number;
  readonly concurrency: number;
  /** Actions a producer sends before it ends; 0 for no end. */
  readonly actions: number;
  /** How long a producer without end rests between sends (ms). */
  readonly restMs: number;
  /** Whether some of what a producer sends makes handlers misbehave. */
  readonly mischief: boolean;
  /** Whether all of what a producer sends is done at once, so that nothing but a word wakes an idle worker. */
  readonly instant: boolean;
  /** Admissions a producer asks for; null for no limit. */
  readonly limits: { readonly perMinute: number | null; readonly perDay: number | null };
  /** Settled actions after which a worker kills itself, its callbacks not sent yet; 0 for never. */
  readonly diesAfter: number;
  /** Whether a worker writes down every look for work. */
  readonly notesClaims: boolean;
  /** Whether it writes down what memory it uses. */
  readonly measuresMemory: boolean;
  /** The only tenant of a producer; several without it. */
  readonly tenant?: string;
}

export function readOrders(): Orders {
  return JSON.parse(process.argv[2] ?? '{}') as Orders;
}
