export {
  defineSettings,
  type BaseShape,
  type Settings,
  type SettingsDefinition,
  type SettingsOf,
} from './definition.ts';
export { describeSettings } from './describe.ts';
export { loadSettings, type SettingsSource } from './load.ts';
export { secret } from './secret.ts';
