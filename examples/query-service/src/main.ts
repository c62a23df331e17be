import { runMain } from '@nooble-examples/service-runtime';
import { loadSettings } from '@nooble/config';
import { startQueryService } from './service.ts';
import { settingsDefinition } from './settings.ts';

await runMain(async () => startQueryService(loadSettings(settingsDefinition)));
