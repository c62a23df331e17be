import { toLogFields } from '@nooble/errors';
import { traceFields } from '@nooble/observability';
import { pino, type Logger } from 'pino';
import type { HttpSettings } from './service-settings.ts';

/** Returns the logger of a service: JSON lines on stdout, with errors without what clients attach to them. */
export function serviceLogger({
  serviceName,
  serviceVersion,
  logLevel,
}: Pick<HttpSettings, 'serviceName' | 'serviceVersion' | 'logLevel'>): Logger {
  return pino({
    name: serviceName,
    level: logLevel,
    base: { version: serviceVersion },
    mixin: traceFields,
    serializers: { err: toLogFields },
  });
}
