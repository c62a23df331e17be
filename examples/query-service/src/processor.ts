import {
  generateAnswer,
  generateEmbeddings,
  indexDocuments,
  searchPassages,
} from '@nooble-examples/contracts';
import { defineCallback } from '@nooble/models';
import { ActionProcessor } from '@nooble/worker';
import { continueWithEmbeddings } from './continuation.ts';
import { askQuestion } from './question-handler.ts';
import { indexHandler } from './index-handler.ts';
import type { QueryParts } from './query-parts.ts';

/** The handlers of domain `query`: what tenants ask for, and the callbacks it goes on with. */
export function queryProcessor(parts: QueryParts): ActionProcessor {
  const callback = defineCallback(generateEmbeddings, parts.domain);
  return new ActionProcessor()
    .register(indexDocuments, indexHandler(parts))
    .register(searchPassages, askQuestion(parts))
    .register(generateAnswer, askQuestion(parts))
    .register(callback, continueWithEmbeddings(parts));
}
