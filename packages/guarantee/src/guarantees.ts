import type { Guarantee } from './promise.ts';
import { fairness } from './promises/fairness.ts';
import { fencing } from './promises/fencing.ts';
import { isolation } from './promises/isolation.ts';
import { limits } from './promises/limits.ts';
import { nothingLost } from './promises/nothing-lost.ts';
import { reclaim } from './promises/reclaim.ts';
import { recovery } from './promises/recovery.ts';

/** Every promise there is a program for. P7, versions side by side, begins with the second release. */
export const GUARANTEES: readonly Guarantee[] = [
  nothingLost,
  reclaim,
  fencing,
  fairness,
  limits,
  recovery,
  isolation,
];
