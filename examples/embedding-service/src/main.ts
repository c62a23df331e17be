import { runMain } from '@nooble-examples/service-runtime';
import { loadSettings } from '@nooble/config';
import { startEmbeddingService } from './service.ts';
import { settingsDefinition } from './settings.ts';

await runMain(async () => startEmbeddingService(loadSettings(settingsDefinition)));
