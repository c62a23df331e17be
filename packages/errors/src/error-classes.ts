import {
  ActionCancelledError,
  ActionFailedError,
  ActionTimeoutError,
  DeadlineExceededError,
  InvalidActionError,
  ReplyLostError,
  ThrottledError,
  UnknownActionError,
  ValidationError,
} from './action-errors.ts';
import {
  DomainNotEmptyError,
  PayloadTooLargeError,
  QueueFullError,
  QueuePausedError,
  RateLimitError,
  ScheduleLimitError,
  TenantDirectoryError,
  TenantMismatchError,
} from './admission-errors.ts';
import { HistoryBehindError } from './history-errors.ts';
import { JournalConflictError } from './journal-errors.ts';
import { LeaseLostError, StalledError } from './lease-errors.ts';
import { PostgresSetupError, PostgresUnavailableError } from './postgres-errors.ts';
import {
  StreamEndedError,
  StreamGapError,
  StreamRestartedError,
  UnknownStreamError,
} from './stream-errors.ts';
import { DataFormatError, RedisUnavailableError, SettingsError } from './service-errors.ts';

/** All error classes, ordered by HTTP status; each has a static `kind`. */
export const ERROR_CLASSES = [
  ValidationError,
  InvalidActionError,
  TenantMismatchError,
  UnknownActionError,
  UnknownStreamError,
  LeaseLostError,
  JournalConflictError,
  DomainNotEmptyError,
  StreamEndedError,
  StreamRestartedError,
  StreamGapError,
  ScheduleLimitError,
  PayloadTooLargeError,
  RateLimitError,
  QueueFullError,
  ThrottledError,
  ActionCancelledError,
  SettingsError,
  DataFormatError,
  PostgresSetupError,
  StalledError,
  ActionFailedError,
  QueuePausedError,
  HistoryBehindError,
  TenantDirectoryError,
  RedisUnavailableError,
  PostgresUnavailableError,
  ActionTimeoutError,
  ReplyLostError,
  DeadlineExceededError,
] as const;
