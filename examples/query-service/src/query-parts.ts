import type { Answerer } from './answerer.ts';
import type { PassageStore } from './passage-store.ts';
import type { VectorIndex } from './vector-index.ts';

/** Dependencies of the handlers. */
export interface QueryParts {
  readonly passageCharacters: number;
  readonly store: PassageStore;
  readonly index: VectorIndex;
  readonly answerer: Answerer;
}
