import { NoobleError, type ErrorKind } from '@nooble/errors';

/** Requested address of a server, and the prefix of the variables that set it. */
export interface HealthAddressFacts {
  readonly host: string;
  readonly port: number;
  readonly envPrefix: string;
  readonly cause: unknown;
}

/** A service cannot listen on its address. */
export class HealthAddressError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'HEALTH_ADDRESS',
    httpStatus: 500,
    retryable: false,
    summary: 'A service cannot listen on its address.',
    remedy: 'Set the variable given in the message.',
  };

  constructor({ host, port, envPrefix, cause }: HealthAddressFacts) {
    super({
      kind: HealthAddressError.kind,
      message: `Cannot listen on ${host}:${port}: ${reasonOf(cause, envPrefix)}`,
      details: { host, port },
      cause,
    });
  }
}

function reasonOf(cause: unknown, envPrefix: string): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `the port is in use; set ${envPrefix}HTTP_PORT`;
  if (code === 'EACCES') return `the port is not allowed; set ${envPrefix}HTTP_PORT`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `this machine has no such address; set ${envPrefix}HTTP_HOST`;
  }
  return message;
}
