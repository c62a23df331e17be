import { isNoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import {
  createBroker,
  DomainQueueManager,
  type ClaimedAction,
  type TenantDirectory,
} from '@nooble/queue';
import { FAIR_DOMAIN, turn } from '../actions.ts';
import { mostBefore } from '../checks/turns.ts';
import type { Guarantee } from '../promise.ts';
import { ATTACKER, attacksOn } from './attacks.ts';
import { serve } from './serve.ts';

/** Both of one tier and with the same limit, so that nothing but their names keeps them apart. */
const VICTIM = { tenantId: 'victim', tenantTier: 'free' } as const;
const LIMIT = 20;
const FLOOD = 3 * LIMIT;
/** Turns the attacker may have before the victim's next. */
const MOST_BEFORE = 2;
const KEY = { idempotencyKey: 'the same for both' };

const directory: TenantDirectory = {
  resolve: (tenantId) =>
    tenantId === VICTIM.tenantId || tenantId === ATTACKER.tenantId
      ? { tier: 'free', limits: { perMinute: LIMIT, perDay: LIMIT } }
      : undefined,
};

export const isolation: Guarantee = {
  id: 'P8',
  text: "Tenants are apart: one cannot read another's actions, delay them, use up its limits or receive its results",
  async run({ target, prefix, random, signal }) {
    const queues = new DomainQueueManager({ redis: target.url, prefix, directory });
    signal.addEventListener('abort', () => void queues.close(), { once: true });
    try {
      const honest = turn.create({ ...VICTIM, data: {} });
      await queues.enqueue(honest);
      const attacks = attacksOn(honest, random);
      const refused = await Promise.all(attacks.map(async (attack) => isRefused(queues, attack)));
      const passed = refused.filter((each) => !each).length;
      const { admitted, isApart } = await exhaust(queues);
      const { before, mixed, served } = await serveAll(queues, prefix);
      // Whatever was stored beside what both may have would have been served.
      const stored = served - 2 * LIMIT;
      const isHeld = passed === 0 && stored === 0 && mixed === 0 && isApart;
      return {
        held: isHeld && admitted === LIMIT && before <= MOST_BEFORE,
        tried: `${attacks.length} hostile names, forged tiers, foreign ids and queues, and oversized payloads; a flood of ${FLOOD} against a limit of ${LIMIT}; one idempotency key for both`,
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
    // Refused for what it is, and not because of a limit or an outage.
    return isNoobleError(error) && !error.retryable;
  }
}

/** The attacker sends what it may and more; then the victim uses up its own limit, of which nothing may be gone. */
async function exhaust(queues: DomainQueueManager) {
  const send = async (tenant: typeof ATTACKER | typeof VICTIM, count: number) =>
    queues.enqueueMany(Array.from({ length: count }, () => turn.create({ ...tenant, data: {} })));
  const taken = await queues.enqueue(turn.create({ ...ATTACKER, data: {} }), KEY);
  const flood = await send(ATTACKER, FLOOD);
  const own = await queues.enqueue(turn.create({ ...VICTIM, data: {} }), KEY);
  const outcomes = await send(VICTIM, LIMIT);
  const accepted = outcomes.filter(({ status }) => status === 'accepted').length;
  const isApart =
    own.status === 'accepted' &&
    own.actionId !== taken.actionId &&
    // An attacker who may send nothing at all would prove nothing.
    flood.filter(({ status }) => status === 'accepted').length === LIMIT - 1;
  // Two came before: the honest action, and the one with the key.
  return { admitted: accepted + 2, isApart };
}

/** Serves everything; how many turns came before one of the victim, and how many under another's name. */
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
