import { giveUp } from '@nooble/worker';
import { APIError, OpenAI } from 'openai';

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

/** Gives the action up when the endpoint would refuse it again; otherwise throws the error, for a retry. */
export function failedRequest(error: unknown): never {
  if (error instanceof APIError && isRefusal(error.status)) {
    giveUp(`The model endpoint refuses the request: ${error.message}`);
  }
  throw error;
}

/** Too many requests, conflicts and time-outs pass; other client errors do not. */
function isRefusal(status: number | undefined): boolean {
  if (status === undefined || status < 400 || status >= 500) return false;
  return ![408, 409, 429].includes(status);
}
