import { defineSettings, loadSettings, secret } from '@nooble/config';
import { z } from 'zod';

const definition = defineSettings({
  envPrefix: 'EMBEDDING_',
  shape: {
    cacheSize: z.coerce.number().int().default(10_000).describe('Entries in the cache'),
    apiKey: secret(z.string().optional().describe('Key of the endpoint')),
  },
});

const env = { EMBEDDING_CACHE_SIZE: '500', REDIS_URL: 'redis://localhost', API_KEY: 'secret' };
export const settings = loadSettings(definition, { env }); // without `env`: the environment and .env
