import {
  ActionCancelledError,
  ActionFailedError,
  ActionTimeoutError,
  DeadlineExceededError,
  InvalidActionError,
  LeaseLostError,
  ReplyLostError,
  StalledError,
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
  TenantDirectoryError,
  TenantMismatchError,
} from './admission-errors.ts';
import { DataFormatError, RedisUnavailableError, SettingsError } from './service-errors.ts';

/** All error classes, ordered by HTTP status; each has a static `kind`. */
export const ERROR_CLASSES = [
  ValidationError,
  InvalidActionError,
  TenantMismatchError,
  UnknownActionError,
  LeaseLostError,
  DomainNotEmptyError,
  PayloadTooLargeError,
  RateLimitError,
  QueueFullError,
  ThrottledError,
  ActionCancelledError,
  SettingsError,
  DataFormatError,
  StalledError,
  ActionFailedError,
  QueuePausedError,
  TenantDirectoryError,
  RedisUnavailableError,
  ActionTimeoutError,
  ReplyLostError,
  DeadlineExceededError,
] as const;
