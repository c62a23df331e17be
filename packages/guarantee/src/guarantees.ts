import { cancellation } from './promises/cancellation.ts';
import { computedOnce } from './promises/computed-once.ts';
import { fairness } from './promises/fairness.ts';
import { fencing } from './promises/fencing.ts';
import type { Guarantee } from './promises/guarantee.ts';
import { isolation } from './promises/isolation.ts';
import { limits } from './promises/limits.ts';
import { nothingLost } from './promises/nothing-lost.ts';
import { outbox } from './promises/outbox.ts';
import { reclaim } from './promises/reclaim.ts';
import { recording } from './promises/recording.ts';
import { recovery } from './promises/recovery.ts';
import { streaming } from './promises/streaming.ts';
import { sequences } from './promises/sequences.ts';

/** All promises. P7, different versions running side by side, begins with the second release. */
export const GUARANTEES: readonly Guarantee[] = [
  nothingLost,
  reclaim,
  fencing,
  fairness,
  limits,
  recovery,
  isolation,
  cancellation,
  streaming,
  sequences,
  computedOnce,
  recording,
  outbox,
];
