import { NoobleError, type ErrorKind } from './nooble-error.ts';
import { redactUrl } from './redact-url.ts';

interface Caused {
  readonly cause?: unknown;
}

interface UnavailableFacts {
  readonly attempted: string;
  readonly url?: string;
  readonly reason?: string;
}

/** Redis cannot be reached, or currently refuses the command. */
export class RedisUnavailableError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'REDIS_UNAVAILABLE',
    httpStatus: 503,
    retryable: true,
    summary: 'Redis cannot be reached, or refuses writes.',
    remedy:
      'Check the server and its URL, then retry; an idempotency key prevents an action from running twice.',
  };
  /** Redacts the passwords of `url`. `reason` defaults to the message of `cause`. */
  constructor({ attempted, url, reason, cause }: UnavailableFacts & Caused) {
    const where = url === undefined ? 'Redis' : `Redis at "${redactUrl(url)}"`;
    const given = reason ?? (cause instanceof Error ? cause.message : '');
    const why = given ? `: ${given}` : '';
    super({
      kind: RedisUnavailableError.kind,
      message: `Cannot ${attempted}: ${where} is unavailable${why}`,
      details: { attempted },
      cause,
    });
  }
}

/** The manager of queues in this process has been closed. */
export class ManagerClosedError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'MANAGER_CLOSED',
    httpStatus: 503,
    retryable: true,
    summary: 'The manager of queues has been closed, as in a process that stops.',
    remedy: 'Stop accepting requests before `queues.close()`; retry with another process.',
  };
  constructor({ attempted, cause }: { attempted: string } & Caused) {
    super({
      kind: ManagerClosedError.kind,
      message: `Cannot ${attempted}: the manager has been closed`,
      details: { attempted },
      cause,
    });
  }
}

/** The records of a domain have a format that this version does not read. */
export class DataFormatError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'DATA_FORMAT',
    httpStatus: 500,
    retryable: false,
    summary: 'The stored records of a domain have a format that this version does not read.',
    remedy: 'Run the version of @nooble/queue in this service that the other services run.',
  };
  constructor({ attempted, reason, cause }: { attempted: string; reason: string } & Caused) {
    super({
      kind: DataFormatError.kind,
      message: `Cannot ${attempted}: ${reason}`,
      details: { attempted },
      cause,
    });
  }
}

/** A problem with one environment variable. */
export interface SettingsProblem {
  readonly variable: string;
  readonly message: string;
}

/** The settings of a service are incomplete or malformed. Lists all problems at once. */
export class SettingsError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'SETTINGS',
    httpStatus: 500,
    retryable: false,
    summary: 'Environment variables are missing or malformed.',
    remedy: 'Correct every variable listed in the message, then restart.',
  };
  readonly problems: readonly SettingsProblem[];
  constructor({ problems, cause }: { problems: readonly SettingsProblem[] } & Caused) {
    const lines = problems.map(({ variable, message }) => `  ${variable}: ${message}`).join('\n');
    super({
      kind: SettingsError.kind,
      message: `Cannot start: ${problems.length} ${problems.length === 1 ? 'setting is' : 'settings are'} wrong\n${lines}`,
      details: { problems },
      cause,
    });
    this.problems = problems;
  }
}
