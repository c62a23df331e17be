import { defineSettings, secret, type SettingsOf } from '@nooble/config';
import { serviceShape } from '@nooble-examples/service-runtime';
import { z } from 'zod';

/** Settings of the query service, with the prefix `QUERY_`. */
export const settingsDefinition = defineSettings({
  envPrefix: 'QUERY_',
  shape: {
    ...serviceShape({ domain: 'query', httpPort: 8082 }),
    passageCharacters: z.coerce
      .number()
      .int()
      .min(100)
      .max(4_000)
      .default(800)
      .describe('Maximum length of a passage (characters)'),
    llmBaseUrl: z
      .url()
      .optional()
      .describe(
        'URL of an OpenAI-compatible endpoint; without it answers are sentences of the sources',
      ),
    llmApiKey: secret(z.string().default('none').describe('API key of that endpoint')),
    llmModel: z.string().default('gpt-4o-mini').describe('Model at that endpoint'),
  },
});

export type QuerySettings = SettingsOf<typeof settingsDefinition>;
