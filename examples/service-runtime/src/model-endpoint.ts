import { ThrottledError } from '@nooble/errors';
import { throttlingOf } from '@nooble/worker';
import { APIError, OpenAI } from 'openai';
import { ModelRefusedError } from './model-refused-error.ts';

/** Options of an endpoint with OpenAI's API. */
export interface EndpointOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
}

/** Creates a client of an OpenAI-compatible endpoint. It does not retry: the queue retries without occupying a slot. */
export function openEndpoint({ baseUrl, apiKey, timeoutMs }: EndpointOptions): OpenAI {
  return new OpenAI({ baseURL: baseUrl, apiKey, timeout: timeoutMs, maxRetries: 0 });
}

/**
 * Converts the error of a request. Throws ThrottledError if the endpoint gave a retry time, so that no attempt is counted;
 * ModelRefusedError if it would refuse the request again; otherwise the error itself, which is retried.
 */
export function failedRequest(error: unknown): never {
  const throttling = throttlingOf(error);
  if (throttling)
    throw new ThrottledError({ what: 'The model endpoint', ...throttling, cause: error });
  if (error instanceof APIError && isRefusal(error.status)) {
    throw new ModelRefusedError({ reason: error.message, status: error.status, cause: error });
  }
  throw error;
}

/** Timeouts, conflicts and rate limits are temporary; other client errors are not. */
function isRefusal(status: unknown): status is number {
  if (typeof status !== 'number' || status < 400 || status >= 500) return false;
  return ![408, 409, 429].includes(status);
}
