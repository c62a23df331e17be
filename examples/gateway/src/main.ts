import { runMain } from '@nooble-examples/service-runtime';
import { loadSettings } from '@nooble/config';
import { startGateway } from './gateway.ts';
import { settingsDefinition } from './settings.ts';

await runMain(async () => startGateway(loadSettings(settingsDefinition)));
