import { loadSettings } from '@nooble/config';
import { isNoobleError } from '@nooble/errors';
import { startEmbeddingService } from './service.ts';
import { settingsDefinition } from './settings.ts';

try {
  await startEmbeddingService(loadSettings(settingsDefinition));
} catch (error) {
  if (!isNoobleError(error)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
