import { generateAnswer, indexDocuments, searchPassages } from '@nooble-examples/contracts';
import { ActionProcessor } from '@nooble/worker';
import { indexHandler } from './index-handler.ts';
import { indexPart, indexPartHandler } from './index-part.ts';
import { answerHandler, searchHandler } from './question-handler.ts';
import type { QueryParts } from './query-parts.ts';

/** Returns the handlers of domain `query`. */
export function queryProcessor(parts: QueryParts): ActionProcessor {
  return new ActionProcessor()
    .register(indexDocuments, indexHandler(parts))
    .register(indexPart, indexPartHandler(parts))
    .register(searchPassages, searchHandler(parts))
    .register(generateAnswer, answerHandler(parts));
}
