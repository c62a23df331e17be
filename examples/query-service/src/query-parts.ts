import type { Answerer } from './answerer.ts';
import type { PassageIndex } from './passage-index.ts';
import type { PassageStore } from './passage-store.ts';

/** Dependencies of the handlers. */
export interface QueryParts {
  readonly passageCharacters: number;
  readonly store: PassageStore;
  readonly index: PassageIndex;
  readonly answerer: Answerer;
}
