import { ProxyTracerProvider, type TracerProvider } from '@opentelemetry/api';

/** Returns false for the global provider of a process without an SDK, whose spans are never recorded or passed on. */
export function hasSdk(provider: TracerProvider): boolean {
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('') !== undefined;
}
