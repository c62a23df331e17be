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
import { HandlerReturnedError, LeaseLostError, StalledError } from './lease-errors.ts';
import {
  PostgresSetupError,
  PostgresUnavailableError,
  TransactionError,
} from './postgres-errors.ts';
import { StreamGapError, StreamRestartedError, UnknownStreamError } from './stream-errors.ts';
import {
  DataFormatError,
  ManagerClosedError,
  RedisUnavailableError,
  SettingsError,
} from './service-errors.ts';

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
  HandlerReturnedError,
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
  TransactionError,
  StalledError,
  ActionFailedError,
  QueuePausedError,
  HistoryBehindError,
  ManagerClosedError,
  TenantDirectoryError,
  RedisUnavailableError,
  PostgresUnavailableError,
  ActionTimeoutError,
  ReplyLostError,
  DeadlineExceededError,
] as const;
