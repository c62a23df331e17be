import { ThrottledError } from '@nooble/errors';
import { throttlingOf } from '@nooble/worker';
import { APIError, OpenAI } from 'openai';
import { ModelRefusedError } from './model-refused-error.ts';

/** Where a model answers, by OpenAI's API. */
export interface EndpointOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutMs: number;
}

/** A client of an OpenAI-compatible endpoint. It does not retry: the queue does, without holding a slot. */
export function openEndpoint({ baseUrl, apiKey, timeoutMs }: EndpointOptions): OpenAI {
  return new OpenAI({ baseURL: baseUrl, apiKey, timeout: timeoutMs, maxRetries: 0 });
}

/**
 * Throws ThrottledError where the endpoint says when to come again, so that no attempt is used up by it,
 * ModelRefusedError when it would refuse the request again; otherwise the error, for a retry.
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

/** Too many requests, conflicts and time-outs pass; other client errors do not. */
function isRefusal(status: unknown): status is number {
  if (typeof status !== 'number' || status < 400 || status >= 500) return false;
  return ![408, 409, 429].includes(status);
}
