import { openDatabase, runService, type RunningService } from '@nooble-examples/service-runtime';
import { TIERS } from '@nooble/models';
import type { Persistence } from '@nooble/persistence';
import { RedisPool } from '@nooble/redis';
import type { Answerer } from './answerer.ts';
import { ExtractiveAnswerer } from './extractive-answerer.ts';
import { LlmAnswerer } from './llm-answerer.ts';
import { queryProcessor } from './processor.ts';
import type { QueryParts } from './query-parts.ts';
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
  const database = await openDatabase(settings);
  const passages = database ? await inPostgres(database) : inRedis(redis, keyPrefix);
  const answerer = answererOf(settings);
  const processor = queryProcessor({ passageCharacters, answerer, ...passages });
  const { envPrefix } = settingsDefinition;
  const limits = { tiers: UNCHARGED };
  return runService({ settings, envPrefix, redis, database, processor, limits });
}

function inRedis(redis: RedisPool, prefix: string): Pick<QueryParts, 'store' | 'index'> {
  const store = new RedisPassageStore(redis, prefix);
  return { store, index: new VectorIndex(store) };
}

async function inPostgres(database: Persistence): Promise<Pick<QueryParts, 'store' | 'index'>> {
  const { PostgresPassageStore } = await import('./postgres/postgres-passage-store.ts');
  const { PostgresIndex } = await import('./postgres/postgres-index.ts');
  const store = new PostgresPassageStore(database);
  return { store, index: new PostgresIndex(database, store) };
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
