import {
  checkOption,
  InvalidActionError,
  quoted,
  readOptions,
  rule,
  type OptionsCheck,
} from '@nooble/errors';
import { assertDomain, assertTenantId, type ActionDefinition } from '@nooble/models';
import type { DomainAction, Tier } from '@nooble/models';
import { checkEntry, lookUpTenant } from './admission/directory.ts';
import type { QueueManagerParts } from './manager-options.ts';
import { Keyspace } from './protocol/keyspace.ts';
import { readSchedule, recordOf, type ScheduleOptions } from './schedule-options.ts';
import { sendDueSlots, type SlotListener } from './scheduling/due-slots.ts';
import {
  listSchedules,
  putSchedule,
  removeSchedule,
  type Schedule,
  type ScheduleRef,
} from './scheduling/stored-schedules.ts';
import { senderFields } from './tenant-target.ts';

const NAME = /^[A-Za-z0-9][A-Za-z0-9._@/:-]{0,127}$/;

/** Functions of a manager for actions that are sent again and again. A manager of a handler acts for the tenant of its action. */
export interface Scheduling {
  /**
   * Sends an action in every slot of a cron expression or an interval, by whichever worker of the domain is alive, and no
   * slot twice. Replaces the schedule of the tenant with this name; one with the same times keeps its next slot, so a
   * service may call this whenever it starts. Throws ValidationError for invalid data, InvalidActionError for invalid names,
   * options and times that never come, TenantMismatchError, PayloadTooLargeError for more than 64 KiB, ScheduleLimitError
   * for more than 100 schedules of a tenant or 10,000 of a domain, and RedisUnavailableError, after which it is safe to
   * repeat.
   */
  schedule<Data, Result, Chunk, Input>(
    this: void,
    name: string,
    options: ScheduleOptions<Data, Result, Chunk, Input>,
  ): Promise<Schedule>;
  /** Removes a schedule. Returns false if there was none. An action that was already sent stays. */
  unschedule(this: void, ref: ScheduleRef): Promise<boolean>;
  /** Returns the schedules of a domain, or of the domain of a definition, by their next slot. */
  schedules(
    this: void,
    domain: string | Pick<ActionDefinition, 'domain'>,
    options?: SchedulesOptions,
  ): Promise<Schedule[]>;
  /**
   * Sends the actions of all slots of a domain that are due, as its workers do. Returns the time until the next slot (ms) and
   * that time as it is stored; undefined without schedules.
   */
  sendDueSlots(
    this: void,
    domain: string,
    listener: SlotListener,
  ): Promise<{ readonly inMs: number; readonly storedMs: number } | undefined>;
}

/** Options of `schedules`. */
export interface SchedulesOptions {
  /** @default all tenants */
  readonly tenantId?: string;
}

const SCHEDULES: OptionsCheck<SchedulesOptions> = {
  of: 'schedules',
  rules: { tenantId: rule.anything },
};

/** Returns the functions for a manager, or for one that acts for a `parent` action. */
export function schedulingOf(
  parts: QueueManagerParts,
  parent: DomainAction | undefined,
): Scheduling {
  return {
    schedule: async (name, options) => schedule(parts, parent, { name, options }),
    unschedule: async (ref) => {
      assertRef(ref);
      return isForeign(parent, ref.tenantId) ? false : removeSchedule(parts, ref);
    },
    schedules: async (target, options = {}) => {
      const domain = rule.object.isValid(target) ? (target as { domain: unknown }).domain : target;
      assertDomain(domain);
      const { tenantId = parent?.tenantId } = readOptions(options, SCHEDULES);
      if (tenantId !== undefined) assertTenantId(tenantId);
      if (tenantId !== undefined && isForeign(parent, tenantId)) return [];
      return listSchedules(parts, domain, tenantId);
    },
    sendDueSlots: async (domain, listener) => {
      assertDomain(domain);
      return sendDueSlots(parts, new Keyspace(parts.prefix, domain), listener);
    },
  };
}

interface Scheduled<Data, Result, Chunk, Input> {
  readonly name: string;
  readonly options: ScheduleOptions<Data, Result, Chunk, Input>;
}

async function schedule<Data, Result, Chunk, Input>(
  parts: QueueManagerParts,
  parent: DomainAction | undefined,
  { name, options }: Scheduled<Data, Result, Chunk, Input>,
): Promise<Schedule> {
  assertName(name);
  const given = readSchedule(options);
  const tenant = await tenantOf(parts, parent, given);
  const record = recordOf(given, tenant);
  const { domain } = given.definition;
  return putSchedule(parts, { domain, tenantId: tenant.tenantId, name }, record);
}

/** Throws as `tenant()` does, and TenantMismatchError for a tier that the directory contradicts. */
async function tenantOf(
  { directory }: QueueManagerParts,
  parent: DomainAction | undefined,
  { tenantId, tenantTier }: { readonly tenantId: string; readonly tenantTier?: Tier },
): Promise<{ tenantId: string; tenantTier: Tier }> {
  const target = { tenantId, ...(tenantTier !== undefined && { tenantTier }) };
  const fields = senderFields(target, parent, directory !== undefined);
  const entry = directory && (await lookUpTenant(tenantId, directory));
  // Without a directory, a tenant without a tier has been refused.
  const tier = (fields.tenantTier ?? entry?.tier) as Tier;
  if (entry) checkEntry({ tenantId, tenantTier: tier }, entry);
  return { tenantId, tenantTier: tier };
}

function isForeign(parent: DomainAction | undefined, tenantId: string): boolean {
  return parent !== undefined && parent.tenantId !== tenantId;
}

function assertRef(ref: ScheduleRef): void {
  checkOption('reference to a schedule', ref, rule.object);
  const { domain, tenantId, name } = ref;
  assertDomain(domain);
  assertTenantId(tenantId);
  assertName(name);
}

function assertName(name: unknown): asserts name is string {
  if (typeof name === 'string' && NAME.test(name)) return;
  const reason = `${quoted(name)} is not a valid name of a schedule: expected a match of ${NAME.source}`;
  throw new InvalidActionError({ reason });
}
