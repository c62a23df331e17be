import { openDatabase, runService, type RunningService } from '@nooble-examples/service-runtime';
import { RedisPool } from '@nooble/redis';
import { CachedEmbedder } from './cached-embedder.ts';
import type { Embedder } from './embedder.ts';
import { embeddingProcessor } from './handlers.ts';
import { HashingEmbedder } from './hashing-embedder.ts';
import { OpenAIEmbedder } from './openai-embedder.ts';
import { settingsDefinition, type EmbeddingSettings } from './settings.ts';

/** Runs the embedding service until it is stopped. */
export async function startEmbeddingService(settings: EmbeddingSettings): Promise<RunningService> {
  const { redisUrl, serviceName, cacheSize } = settings;
  const redis = new RedisPool({ url: redisUrl, name: serviceName });
  const embedder = new CachedEmbedder(embedderOf(settings), cacheSize);
  const database = await openDatabase(settings);
  const { envPrefix } = settingsDefinition;
  const processor = embeddingProcessor(embedder);
  return runService({ settings, envPrefix, redis, database, processor });
}

/** Returns an embedder for the configured endpoint, or the local baseline. */
function embedderOf(settings: EmbeddingSettings): Embedder {
  const { openaiBaseUrl, openaiApiKey, openaiModel, httpTimeoutSeconds, dimensions } = settings;
  if (openaiBaseUrl === undefined) return new HashingEmbedder(dimensions);
  return new OpenAIEmbedder({
    baseUrl: openaiBaseUrl,
    apiKey: openaiApiKey,
    model: openaiModel,
    timeoutMs: httpTimeoutSeconds * 1_000,
  });
}
