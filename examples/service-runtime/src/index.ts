export { HealthAddressError } from './health-address-error.ts';
export { healthServer } from './health-server.ts';
export { failedRequest, openEndpoint, type EndpointOptions } from './model-endpoint.ts';
export { ModelRefusedError } from './model-refused-error.ts';
export { runMain } from './run-main.ts';
export { runService, type RunningService, type ServiceParts } from './run-service.ts';
export { serviceShape, type ServiceSettings } from './service-settings.ts';
