import { ERROR_CLASSES } from './error-classes.ts';
import { isNoobleError } from './nooble-error.ts';
import { plainDetails } from './plain-details.ts';

/** An error for an HTTP client (RFC 9457). */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly instance?: string;
  readonly [extension: string]: unknown;
}

const INTERNAL_STATUS = 500;

/** Returns problem details (RFC 9457). Errors with status 500, and errors other than NoobleError, reveal no internals. */
export function toProblemDetails(
  error: unknown,
  options: { readonly instance?: string } = {},
): ProblemDetails {
  const instance = options.instance === undefined ? {} : { instance: options.instance };
  if (!isNoobleError(error) || error.httpStatus === INTERNAL_STATUS) {
    return {
      type: 'about:blank',
      title: 'Internal error',
      status: INTERNAL_STATUS,
      detail: 'The request could not be completed.',
      code: 'INTERNAL',
      ...instance,
    };
  }
  const kind = ERROR_CLASSES.find((each) => each.kind.code === error.code)?.kind;
  const hidden = error.httpStatus > INTERNAL_STATUS;
  return {
    ...(hidden ? {} : plainDetails(error.details)),
    type: `urn:nooble:error:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: kind?.summary ?? error.name,
    status: error.httpStatus,
    detail: hidden ? (kind?.remedy ?? 'Try again later.') : error.message,
    code: error.code,
    ...instance,
  };
}
