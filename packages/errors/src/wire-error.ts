/** Wire form of an error in callbacks, replies and dead letters: plain JSON, snake_case. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  /** True if the same call may succeed later. */
  readonly retryable: boolean;
  readonly http_status: number;
  readonly details?: Readonly<Record<string, unknown>>;
}
