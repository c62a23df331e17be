export { startQueryService } from './service.ts';
export { settingsDefinition, type QuerySettings } from './settings.ts';
