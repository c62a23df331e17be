import { runService, type RunningService } from '@nooble-examples/service-runtime';
import { TIERS } from '@nooble/models';
import { RedisPool } from '@nooble/redis';
import type { Answerer } from './answerer.ts';
import { ExtractiveAnswerer } from './extractive-answerer.ts';
import { LlmAnswerer } from './llm-answerer.ts';
import { queryProcessor } from './processor.ts';
import { RedisPassageStore } from './redis-passage-store.ts';
import { settingsDefinition, type QuerySettings } from './settings.ts';
import { VectorIndex } from './vector-index.ts';

/** No limits: a tenant is charged for its own action, not for the actions that the service sends on its behalf. */
const UNCHARGED = Object.fromEntries(
  TIERS.map((tier) => [tier, { perMinute: null, perDay: null }]),
);

/** Runs the query service until it is stopped. */
export async function startQueryService(settings: QuerySettings): Promise<RunningService> {
  const { redisUrl, serviceName, keyPrefix, passageCharacters } = settings;
  const redis = new RedisPool({ url: redisUrl, name: serviceName });
  const store = new RedisPassageStore(redis, keyPrefix);
  const processor = queryProcessor({
    passageCharacters,
    store,
    index: new VectorIndex(store),
    answerer: answererOf(settings),
  });
  const { envPrefix } = settingsDefinition;
  return runService({ settings, envPrefix, redis, processor, limits: { tiers: UNCHARGED } });
}

/** Returns an answerer with the configured language model, or the extractive one. */
function answererOf({
  llmBaseUrl,
  llmApiKey,
  llmModel,
  httpTimeoutSeconds,
}: QuerySettings): Answerer {
  if (llmBaseUrl === undefined) return new ExtractiveAnswerer();
  return new LlmAnswerer({
    baseUrl: llmBaseUrl,
    apiKey: llmApiKey,
    model: llmModel,
    timeoutMs: httpTimeoutSeconds * 1_000,
  });
}
