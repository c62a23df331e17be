import { defineSettings, secret, type SettingsOf } from '@nooble/config';
import { serviceShape } from '@nooble-examples/service-runtime';
import { z } from 'zod';

/** Settings of the embedding service, with the prefix `EMBEDDING_`. */
export const settingsDefinition = defineSettings({
  envPrefix: 'EMBEDDING_',
  shape: {
    ...serviceShape({ domain: 'embedding', httpPort: 8081 }),
    dimensions: z.coerce
      .number()
      .int()
      .min(16)
      .max(4_096)
      .default(512)
      .describe('Length of the vectors of the local embedder'),
    cacheSize: z.coerce.number().int().min(1).default(10_000).describe('Vectors kept in memory'),
    openaiBaseUrl: z
      .url()
      .optional()
      .describe(
        'URL of an OpenAI-compatible endpoint, for example `http://localhost:11434/v1`; without it vectors are computed locally',
      ),
    openaiApiKey: secret(z.string().default('none').describe('API key of that endpoint')),
    openaiModel: z.string().default('text-embedding-3-small').describe('Model at that endpoint'),
  },
});

export type EmbeddingSettings = SettingsOf<typeof settingsDefinition>;
