import { RateLimitError, fromWireError, toProblemDetails, toWireError } from '@nooble/errors';

const error = new RateLimitError({
  tenantId: 'acme',
  domain: 'embedding',
  limit: 10,
  window: 'minute',
  retryAfterMs: 1500,
  resetAt: new Date().toISOString(),
});
const wire = toWireError(error); // plain JSON for a callback or a reply
export const known = fromWireError(wire) instanceof RateLimitError;
export const { status } = toProblemDetails(error);
