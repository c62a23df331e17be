export { startEmbeddingService } from './service.ts';
export { settingsDefinition, type EmbeddingSettings } from './settings.ts';
