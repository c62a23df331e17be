import type { Line } from '../journal/journal.ts';

/** A violation. */
export interface Finding {
  readonly what:
    | 'lost'
    | 'wrong ending'
    | 'settled twice'
    | 'notified twice'
    | 'notified under a lost lease'
    | 'resurrected'
    | 'repeated without cause'
    | 'ran although refused'
    | 'misrouted'
    | 'over-admitted'
    | 'charged twice'
    | 'starved'
    | 'overtaken'
    | 'ran together';
  /** Id of the action, or of the tenant if more than one action is affected. */
  readonly id: string;
  /** Lines about it, ordered by time. */
  readonly lines: readonly Line[];
}
