/** A running action whose handler sends child actions. */
export interface RunningAction {
  /** Token of its lease. */
  readonly token: string;
  /** Time at which it expires (Unix ms); undefined if it never does. */
  readonly expiresMs: number | undefined;
  /** Returns the time until it expires (ms); infinite if it never does. */
  leftMs(): number;
  /** Returns true once this process knows that it was cancelled. */
  isCancelled(): boolean;
  /** Throws once its attempt has ended: what it sends then would belong to no action. */
  assertRuns(attempted: string): void;
}
