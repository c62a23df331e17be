import { NoobleError, type ErrorKind } from './nooble-error.ts';

interface Caused {
  readonly cause?: unknown;
}

/** A message names a tenant or tier that it is not allowed to use. */
export class TenantMismatchError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'TENANT_MISMATCH',
    httpStatus: 403,
    retryable: false,
    summary: 'A message names a tenant or tier that it is not allowed to use.',
    remedy: 'Use a queue that belongs to the same tenant; check the tenant directory.',
  };
  constructor({ reason, tenantId, cause }: { reason: string; tenantId: string } & Caused) {
    super({
      kind: TenantMismatchError.kind,
      message: `Refused for tenant "${tenantId}": ${reason}`,
      details: { tenantId, reason },
      cause,
    });
  }
}

/** The tenant directory failed, or returned an invalid entry. */
export class TenantDirectoryError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'TENANT_DIRECTORY',
    httpStatus: 503,
    retryable: true,
    summary: 'The tenant directory failed, or returned an invalid entry.',
    remedy:
      'Correct the entry given in the message, or repair the directory, then send the action again.',
  };
  constructor({ tenantId, reason, cause }: { tenantId: string; reason: string } & Caused) {
    super({
      kind: TenantDirectoryError.kind,
      message: `Cannot admit for tenant "${tenantId}": the tenant directory ${reason}`,
      details: { tenantId, reason },
      cause,
    });
  }
}

/** A size and its limit: of a message, of what is added to a journal, or of the number of its names. */
type SizeFacts =
  | { readonly bytes: number; readonly limitBytes: number }
  | { readonly addedBytes: number; readonly limitBytes: number }
  | { readonly names: number; readonly limitNames: number };

/** A message, or a journal, exceeds its limit. */
export class PayloadTooLargeError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'PAYLOAD_TOO_LARGE',
    httpStatus: 413,
    retryable: false,
    summary: 'A message, or the journal of an action, exceeds its limit.',
    remedy:
      'Store the payload elsewhere and send a reference, or raise `maxPayloadBytes`; do the work of several names of a journal under one.',
  };
  /** `attempted` describes what was done with it. @default `send ${what}` */
  constructor({
    what,
    attempted = `send ${what}`,
    cause,
    ...size
  }: { what: string; attempted?: string } & SizeFacts & Caused) {
    super({
      kind: PayloadTooLargeError.kind,
      message: `Cannot ${attempted}: ${excessOf(size)}`,
      details: { what, ...size },
      cause,
    });
  }
}

/** Details of a reached limit. */
export interface RateLimitFacts {
  readonly tenantId: string;
  readonly domain: string;
  readonly limit: number;
  readonly window: 'minute' | 'day';
  readonly retryAfterMs: number;
  /** ISO 8601 UTC. */
  readonly resetAt: string;
}

/** The tenant reached its per-minute or per-day limit. */
export class RateLimitError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'RATE_LIMIT',
    httpStatus: 429,
    retryable: true,
    summary: 'The tenant reached its per-minute or per-day limit in this domain.',
    remedy: 'Wait `retryAfterMs`, or move the tenant to a higher tier.',
  };
  readonly limit: number;
  readonly window: 'minute' | 'day';
  readonly retryAfterMs: number;
  readonly resetAt: string;
  constructor({ cause, ...facts }: RateLimitFacts & Caused) {
    const { tenantId, domain, limit, window, retryAfterMs } = facts;
    super({
      kind: RateLimitError.kind,
      message: `Cannot enqueue for tenant "${tenantId}" in "${domain}": limit of ${limit} per ${window} reached, retry in ${Math.ceil(retryAfterMs / 1000)} s`,
      details: { ...facts },
      cause,
    });
    this.limit = limit;
    this.window = window;
    this.retryAfterMs = retryAfterMs;
    this.resetAt = facts.resetAt;
  }
}

/** The queue of the tenant is full. */
export class QueueFullError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'QUEUE_FULL',
    httpStatus: 429,
    retryable: true,
    summary: 'The queue of the tenant is full.',
    remedy: 'Retry later, add workers, or raise `maxDepth` of the tier.',
  };
  constructor({ queue, limit, cause }: { queue: string; limit: number } & Caused) {
    super({
      kind: QueueFullError.kind,
      message: `Cannot enqueue into "${queue}": the queue is full (limit ${limit})`,
      details: { queue, limit },
      cause,
    });
  }
}

/** The partitions of the domain cannot be changed while it holds actions. */
export class DomainNotEmptyError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'DOMAIN_NOT_EMPTY',
    httpStatus: 409,
    retryable: true,
    summary:
      'The domain still holds actions, dead letters, undelivered callbacks or unrecorded endings.',
    remedy:
      'Stop its senders, let the domain drain and its recorder catch up, redrive or discard its dead letters, then retry.',
  };
  constructor({ domain, left, cause }: { domain: string; left: number } & Caused) {
    super({
      kind: DomainNotEmptyError.kind,
      message: `Cannot change the partitions of domain "${domain}": ${left} actions remain`,
      details: { domain, left },
      cause,
    });
  }
}

/** There is no room for another schedule. */
export class ScheduleLimitError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'SCHEDULE_LIMIT',
    httpStatus: 409,
    retryable: false,
    summary: 'The tenant, or the domain, has as many schedules as it may have.',
    remedy: 'Remove schedules with `unschedule`, or send from one of them what several would.',
  };
  /** Without `tenantId` the limit is that of the domain. */
  constructor({
    domain,
    tenantId,
    limit,
    cause,
  }: { domain: string; tenantId?: string; limit: number } & Caused) {
    const whose =
      tenantId === undefined ? `domain "${domain}"` : `tenant "${tenantId}" in "${domain}"`;
    super({
      kind: ScheduleLimitError.kind,
      message: `Cannot store the schedule: ${whose} has ${limit} schedules, the maximum`,
      details: { domain, tenantId, limit },
      cause,
    });
  }
}

/** The domain or tenant is paused and refuses admission. */
export class QueuePausedError extends NoobleError {
  static readonly kind: ErrorKind = {
    code: 'QUEUE_PAUSED',
    httpStatus: 503,
    retryable: true,
    summary: 'The domain, or the tenant in it, is paused and refuses admission.',
    remedy: 'Retry once it is resumed.',
  };
  constructor({ domain, attempted, cause }: { domain: string; attempted: string } & Caused) {
    super({
      kind: QueuePausedError.kind,
      message: `Cannot ${attempted}: "${domain}" is paused`,
      details: { domain, attempted },
      cause,
    });
  }
}

function excessOf(size: SizeFacts): string {
  if ('names' in size) return `${size.names} names exceed the limit of ${size.limitNames}`;
  const bytes = 'bytes' in size ? `${size.bytes} bytes` : `${size.addedBytes} more bytes`;
  return `${bytes} exceed the limit of ${size.limitBytes}`;
}
