export {
  ActionCancelledError,
  ActionFailedError,
  ActionTimeoutError,
  DeadlineExceededError,
  InvalidActionError,
  ReplyLostError,
  ThrottledError,
  UnknownActionError,
  ValidationError,
  type ValidationIssue,
} from './action-errors.ts';
export {
  DomainNotEmptyError,
  PayloadTooLargeError,
  QueueFullError,
  QueuePausedError,
  RateLimitError,
  ScheduleLimitError,
  TenantDirectoryError,
  TenantMismatchError,
  type RateLimitFacts,
} from './admission-errors.ts';
export { ERROR_CLASSES } from './error-classes.ts';
export { HistoryBehindError } from './history-errors.ts';
export { JournalConflictError } from './journal-errors.ts';
export { HandlerReturnedError, LeaseLostError, StalledError } from './lease-errors.ts';
export { toLogFields, type LoggedError } from './log-fields.ts';
export { isNoobleError, NoobleError, type ErrorFacts, type ErrorKind } from './nooble-error.ts';
export { MAX_DURATION_MS, rule, type OptionRule } from './option-rules.ts';
export { checkOption, problemOf, readKnown, readOptions } from './options.ts';
export type { OptionRules, OptionsCheck } from './options.ts';
export {
  PostgresSetupError,
  PostgresUnavailableError,
  TransactionError,
} from './postgres-errors.ts';
export { toProblemDetails, type ProblemDetails } from './problem-details.ts';
export { redactUrl } from './redact-url.ts';
export {
  DataFormatError,
  ManagerClosedError,
  RedisUnavailableError,
  SettingsError,
  type SettingsProblem,
} from './service-errors.ts';
export { StreamGapError, StreamRestartedError, UnknownStreamError } from './stream-errors.ts';
export { printable, quoted, truncate } from './text.ts';
export { fromWireError, isWireError, toWireError } from './wire.ts';
export type { WireError } from './wire-error.ts';
