/** A figure to reach. */
export interface Target {
  readonly scenario: string;
  /** @default the scenario's headline */
  readonly metric?: string;
  /** The side that nooble is compared with; absent for a figure of nooble alone. */
  readonly to?: string;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** A target and its measured value; `met` is absent if its scenario was not measured. */
export interface TargetResult extends Target {
  readonly value?: number;
  readonly met?: boolean;
}
