import { defineSettings, secret, type SettingsOf } from '@nooble/config';
import { serviceShape } from '@nooble-examples/service-runtime';
import { z } from 'zod';

/** Variables are read as `QUERY_…` first. */
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
      .describe('Longest passage a document is cut into'),
    llmBaseUrl: z
      .url()
      .optional()
      .describe('An OpenAI-compatible endpoint; without it answers are sentences of the sources'),
    llmApiKey: secret(z.string().default('none').describe('Key of that endpoint')),
    llmModel: z.string().default('gpt-4o-mini').describe('Model to ask that endpoint for'),
  },
});

export type QuerySettings = SettingsOf<typeof settingsDefinition>;
