import { InvalidActionError, readOptions, rule } from '@nooble/errors';
import type { OptionsCheck } from '@nooble/errors';
import { assertDefinition, encodeAction, type ActionDefinition, type Tier } from '@nooble/models';
import { assertCallback } from './admission/callback-check.ts';
import { resolveEnqueueOptions } from './admission/enqueue-options.ts';
import type { ScheduleRecord } from './scheduling/schedule-record.ts';
import type { Missed } from './scheduling/slot-plan.ts';
import { EVERY_MS, type Timing } from './scheduling/slot-times.ts';
import { readSendOptions, splitOptions, type SendOptions } from './send-options.ts';

/** Times of a schedule. */
export type ScheduleTimes =
  | {
      /**
       * Five fields (minute, hour, day of month, month, day of week), six with seconds first, or a name such as `@daily`.
       * Excludes `everyMs`.
       */
      readonly cron: string;
      /** IANA name, for example `Europe/Madrid`. @default 'UTC' */
      readonly timeZone?: string;
      readonly everyMs?: never;
    }
  | {
      /** Interval from 1 s to 366 days (ms); its slots are the multiples since 1970. Excludes `cron`. */
      readonly everyMs: number;
      readonly cron?: never;
      readonly timeZone?: never;
    };

/** Options of the actions that a schedule sends. */
export type ScheduledSendOptions = Omit<
  SendOptions,
  'actionId' | 'taskId' | 'idempotencyKey' | 'delayMs' | 'runAt' | 'expiresAt'
>;

/** A schedule of actions of one tenant. */
export type ScheduleOptions<Data, Result, Chunk, Input> = ScheduleTimes & {
  readonly definition: ActionDefinition<Data, Result, Chunk, Input>;
  /** Data of each action; validated now. */
  readonly input: Input;
  readonly tenantId: string;
  /** Optional if the manager has a directory, which is then asked in each slot. */
  readonly tenantTier?: Tier;
  /**
   * Slots that passed while no worker could send them: `skip` drops them, `once` sends one action for all of them, `all`
   * sends each, up to 1,000. @default 'skip'
   */
  readonly missed?: Missed;
  /** @default none */
  readonly options?: ScheduledSendOptions;
};

const refuse = (reason: string): Error => new InvalidActionError({ reason });

const CHECK: OptionsCheck<ScheduleOptions<unknown, unknown, unknown, unknown>> = {
  of: 'schedule',
  rules: {
    definition: rule.anything,
    input: rule.anything,
    tenantId: rule.anything,
    tenantTier: rule.anything,
    cron: rule.anything,
    everyMs: EVERY_MS,
    timeZone: rule.anything,
    missed: rule.oneOf('skip', 'once', 'all'),
    options: rule.anything,
  },
  refuse,
};

/** Excluded from the options: each slot has its own. */
const PER_ACTION = ['actionId', 'taskId', 'idempotencyKey', 'delayMs', 'runAt', 'expiresAt'];

/** Checks the options, except for tenant and times. Throws InvalidActionError. */
export function readSchedule<Data, Result, Chunk, Input>(
  given: ScheduleOptions<Data, Result, Chunk, Input>,
): ScheduleOptions<Data, Result, Chunk, Input> {
  const options = readOptions(given, CHECK as OptionsCheck<typeof given>);
  assertDefinition(options.definition);
  return options;
}

/** Returns the times of a schedule, completed. Throws InvalidActionError if they are not exactly one kind. */
export function timingOf({ cron, everyMs, timeZone }: ScheduleTimes): Timing {
  if ((cron === undefined) === (everyMs === undefined)) {
    throw refuse('a schedule needs either cron or everyMs');
  }
  if (cron !== undefined) return { cron, timeZone: timeZone ?? 'UTC' };
  if (timeZone !== undefined) throw refuse('timeZone is for cron, and has no meaning for everyMs');
  return { everyMs: everyMs ?? 0 };
}

/** Creates the action once, so that wrong data is refused now. Throws ValidationError and InvalidActionError. */
export function recordOf<Data, Result, Chunk, Input>(
  schedule: ScheduleOptions<Data, Result, Chunk, Input>,
  tenant: { readonly tenantId: string; readonly tenantTier: Tier },
): ScheduleRecord {
  const { definition, input, missed = 'skip' } = schedule;
  const options = readSendOptions(schedule.options);
  const single = PER_ACTION.find((name) => Reflect.get(options, name) !== undefined);
  if (single !== undefined)
    throw refuse(`${single} is for one action, and a schedule sends several`);
  const { fields, enqueue = {} } = splitOptions(options, tenant);
  const action = definition.create({ ...fields, ...tenant, data: input });
  assertCallback(action);
  resolveEnqueueOptions(enqueue);
  return {
    timing: timingOf(schedule),
    missed,
    actionType: action.actionType,
    envelope: encodeAction(action),
    enqueue,
    looksUpTier: schedule.tenantTier === undefined,
  };
}
