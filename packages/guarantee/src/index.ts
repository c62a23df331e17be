export { check, type Finding } from './checks/checker.ts';
export { idled } from './checks/idleness.ts';
export { overAdmitted } from './checks/over-admission.ts';
export { reclaims, type Reclaims } from './checks/reclaims.ts';
export { starved } from './checks/starvation.ts';
export { GUARANTEES } from './guarantees.ts';
export type { Entry, Line } from './journal.ts';
export type { Guarantee, Trial, Verdict } from './promise.ts';
export { runGuarantees, type Result, type RunOptions } from './run.ts';
