/** A figure we want to reach. */
export interface Target {
  readonly scenario: string;
  /** @default the scenario's headline */
  readonly metric?: string;
  /** The side that nooble is compared with; absent for a figure of nooble alone. */
  readonly to?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A target and what was measured; `met` is absent while its scenario has not been measured. */
export interface TargetResult extends Target {
  readonly value?: number;
  readonly met?: boolean;
}
