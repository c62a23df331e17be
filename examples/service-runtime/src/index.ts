export { HealthAddressError } from './health-address-error.ts';
export { healthServer } from './health-server.ts';
export { failedRequest, openEndpoint, type EndpointOptions } from './model-endpoint.ts';
export { ModelRefusedError } from './model-refused-error.ts';
export { inModelSpan, startModelSpan, type ModelSpan } from './model-span.ts';
export { traceRequests } from './request-spans.ts';
export { openDatabase } from './open-database.ts';
export { runMain } from './run-main.ts';
export { runHttpService, type HttpServiceParts } from './run-http-service.ts';
export { runService, type RunningService, type ServiceParts } from './run-service.ts';
export { serviceLogger } from './service-logger.ts';
export { startTelemetry, type Telemetry } from './telemetry.ts';
export {
  httpShape,
  serviceShape,
  type HttpSettings,
  type ServiceSettings,
} from './service-settings.ts';
