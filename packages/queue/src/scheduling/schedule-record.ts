import { DataFormatError } from '@nooble/errors';
import type { EnqueueOptions } from '../admission/enqueue-options.ts';
import type { Missed } from './slot-plan.ts';
import type { Timing } from './slot-times.ts';

/** A schedule as it is stored: its times and its action. */
export interface ScheduleRecord {
  readonly timing: Timing;
  readonly missed: Missed;
  readonly actionType: string;
  /** The action in wire form. Each slot sends a copy with its own ids. */
  readonly envelope: string;
  readonly enqueue: EnqueueOptions;
  /** True if its tier was looked up in the directory, so that it is looked up again in each slot. */
  readonly looksUpTier: boolean;
}

/** Returns the two lines in which a schedule is stored: its times, and the rest. */
export function encodeSchedule({ timing, ...rest }: ScheduleRecord): [string, string] {
  return [JSON.stringify(timing), JSON.stringify(rest)];
}

/** Throws DataFormatError for what another version has stored. */
export function decodeSchedule(text: string): ScheduleRecord {
  const [timing = '', rest = ''] = text.split('\n');
  try {
    const record = { ...(JSON.parse(rest) as object), timing: JSON.parse(timing) as unknown };
    return record as ScheduleRecord;
  } catch (cause) {
    const reason = 'its record is not readable in this version';
    throw new DataFormatError({ attempted: 'read a schedule', reason, cause });
  }
}
