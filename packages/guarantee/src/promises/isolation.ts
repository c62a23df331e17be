import { isNoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import {
  createBroker,
  DomainQueueManager,
  type ClaimedAction,
  type TenantDirectory,
} from '@nooble/queue';
import { mostBefore } from '../checks/turns.ts';
import { FAIR_DOMAIN, turn } from '../load/actions.ts';
import { ATTACKER, attacksOn } from './attacks.ts';
import type { Guarantee } from './guarantee.ts';
import { serve } from './serve.ts';

/** Same tier and limit as the attacker, so that only their names separate them. */
const VICTIM = { tenantId: 'victim', tenantTier: 'free' } as const;
const LIMIT = 20;
const FLOOD = 3 * LIMIT;
/** Maximum number of turns of the attacker before the next turn of the victim. */
const MAX_TURNS_BEFORE = 2;
const KEY = { idempotencyKey: 'the same for both' };

const directory: TenantDirectory = {
  resolve: (tenantId) =>
    tenantId === VICTIM.tenantId || tenantId === ATTACKER.tenantId
      ? { tier: 'free', limits: { perMinute: LIMIT, perDay: LIMIT } }
      : undefined,
};

export const isolation: Guarantee = {
  id: 'P8',
  text: "Tenants are isolated: one cannot read another's actions, delay them, use up its limits or receive its results",
  async run({ target, prefix, random, signal }) {
    const queues = new DomainQueueManager({ redis: target.url, prefix, directory });
    signal.addEventListener('abort', () => void queues.close(), { once: true });
    try {
      const honest = turn.create({ ...VICTIM, data: {} });
      await queues.enqueue(honest);
      const attacks = attacksOn(honest, random);
      const refused = await Promise.all(attacks.map(async (attack) => isRefused(queues, attack)));
      const passed = refused.filter((each) => !each).length;
      const { admitted, isIsolated } = await exhaust(queues);
      const { before, mixed, served } = await serveAll(queues, prefix);
      // Any action stored beyond both limits would have been served.
      const stored = served - 2 * LIMIT;
      const isHeld = passed === 0 && stored === 0 && mixed === 0 && isIsolated;
      return {
        held: isHeld && admitted === LIMIT && before <= MAX_TURNS_BEFORE,
        tried: `${attacks.length} hostile names, forged tiers, ids and queues of other tenants, and oversized payloads; a flood of ${FLOOD} against a limit of ${LIMIT}; one idempotency key for both`,
        worst: `${passed} passed, ${stored} stored, ${mixed} under another's name; ${admitted} of ${LIMIT} left to the victim, ${before} turns before its next`,
      };
    } finally {
      await queues.close();
    }
  },
};

async function isRefused(queues: DomainQueueManager, action: DomainAction): Promise<boolean> {
  try {
    await queues.enqueue(action);
    return false;
  } catch (error) {
    // Refused permanently, and not because of a limit or an outage.
    return isNoobleError(error) && !error.retryable;
  }
}

/** The attacker exceeds its limit; then the victim uses up its own limit, which must still be complete. */
async function exhaust(queues: DomainQueueManager) {
  const send = async (tenant: typeof ATTACKER | typeof VICTIM, count: number) =>
    queues.enqueueMany(Array.from({ length: count }, () => turn.create({ ...tenant, data: {} })));
  const taken = await queues.enqueue(turn.create({ ...ATTACKER, data: {} }), KEY);
  const flood = await send(ATTACKER, FLOOD);
  const own = await queues.enqueue(turn.create({ ...VICTIM, data: {} }), KEY);
  const outcomes = await send(VICTIM, LIMIT);
  const accepted = outcomes.filter(({ status }) => status === 'accepted').length;
  const isIsolated =
    own.status === 'accepted' &&
    own.actionId !== taken.actionId &&
    // If the attacker could send nothing at all, the test would be void.
    flood.filter(({ status }) => status === 'accepted').length === LIMIT - 1;
  // Plus the first action and the one with the idempotency key.
  return { admitted: accepted + 2, isIsolated };
}

/** Drains the queue. Returns the turns of another tenant before one of the victim, and the actions under a wrong tenant. */
async function serveAll({ redis }: DomainQueueManager, prefix: string) {
  const broker = createBroker({ domain: FAIR_DOMAIN, redis, prefix });
  const served: ClaimedAction[] = [];
  try {
    for (let last = -1; last < served.length;) {
      last = served.length;
      served.push(...(await serve(broker, 1)));
    }
  } finally {
    await broker.close();
  }
  const tenants = served.map(({ lease }) => lease.tenantId);
  const waited = tenants.slice(0, tenants.lastIndexOf(VICTIM.tenantId));
  const mixed = served.filter(({ lease, envelope }) => ownerOf(envelope) !== lease.tenantId);
  return {
    before: mostBefore(waited, VICTIM.tenantId),
    mixed: mixed.length,
    served: served.length,
  };
}

function ownerOf(envelope: string): unknown {
  return (JSON.parse(envelope) as { tenant_id?: unknown }).tenant_id;
}
