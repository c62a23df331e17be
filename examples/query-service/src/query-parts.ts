import type { Answerer } from './answerer.ts';
import type { PassageStore } from './passage-store.ts';
import type { PendingSteps } from './pending-steps.ts';
import type { VectorIndex } from './vector-index.ts';

/** Dependencies of the handlers. */
export interface QueryParts {
  /** The service's own domain, which receives callbacks. */
  readonly domain: string;
  readonly passageCharacters: number;
  readonly store: PassageStore;
  readonly index: VectorIndex;
  readonly pending: PendingSteps;
  readonly answerer: Answerer;
}
