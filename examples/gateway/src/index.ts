export { startGateway } from './gateway.ts';
export { settingsDefinition, type GatewaySettings } from './settings.ts';
