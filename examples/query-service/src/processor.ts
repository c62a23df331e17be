import {
  generateAnswer,
  generateEmbeddings,
  indexDocuments,
  searchPassages,
} from '@nooble-examples/contracts';
import { defineCallback } from '@nooble/models';
import { ActionProcessor } from '@nooble/worker';
import { askedIfKnown, tellFailure } from './asking.ts';
import { askedForEmbeddings, continueWithEmbeddings } from './continuation.ts';
import { askQuestion } from './question-handler.ts';
import { indexHandler } from './index-handler.ts';
import type { QueryParts } from './query-parts.ts';

/** Returns the handlers of domain `query`: actions of tenants, and callbacks of the embedding service. */
export function queryProcessor(parts: QueryParts): ActionProcessor {
  const callback = defineCallback(generateEmbeddings, parts.domain);
  const onDead = tellFailure(askedIfKnown);
  return new ActionProcessor()
    .register(indexDocuments, indexHandler(parts), { onDead })
    .register(searchPassages, askQuestion(parts), { onDead })
    .register(generateAnswer, askQuestion(parts), { onDead })
    .register(callback, continueWithEmbeddings(parts), {
      onDead: tellFailure(askedForEmbeddings(parts)),
    });
}
