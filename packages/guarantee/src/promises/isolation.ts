import { isNoobleError } from '@nooble/errors';
import type { DomainAction } from '@nooble/models';
import { DomainQueueManager, type TenantDirectory } from '@nooble/queue';
import { FAIR_DOMAIN, turn } from '../actions.ts';
import type { Guarantee } from '../promise.ts';

const HOSTILE = [
  '',
  ':',
  'a:b',
  '{b}',
  'b}:{b',
  '*',
  'victim\n',
  'victim ',
  '../victim',
  '\u0000',
  'é',
  'x'.repeat(300),
];
const VICTIM = { tenantId: 'victim', tenantTier: 'enterprise' } as const;

/** Knows who the victim and the attacker are. */
const directory: TenantDirectory = {
  resolve: (tenantId) =>
    ({ victim: { tier: 'enterprise' as const }, attacker: { tier: 'free' as const } })[tenantId],
};

export const isolation: Guarantee = {
  id: 'P8',
  text: 'A tenant can neither read, delay, charge nor be answered in place of another',
  async run({ target, prefix }) {
    const queues = new DomainQueueManager({ redis: target.url, prefix, directory });
    try {
      const honest = turn.create({ ...VICTIM, data: {} });
      const receipt = await queues.enqueue(honest);
      const attacks = attacksOn(honest);
      const outcomes = await Promise.all(attacks.map(async (attack) => isRefused(queues, attack)));
      const passed = outcomes.filter((refused) => !refused).length;
      const { tiers } = await queues.stats(FAIR_DOMAIN);
      const waiting = Object.values(tiers).reduce((sum, tier) => sum + tier.waiting, 0);
      await queues.cancel(receipt);
      return {
        held: passed === 0 && waiting === 1,
        tried: `${attacks.length} hostile names, forged tiers, foreign ids and queues, and oversized payloads`,
        worst: `${passed} passed, ${waiting - 1} stored`,
      };
    } finally {
      await queues.close();
    }
  },
};

function attacksOn(honest: DomainAction): DomainAction[] {
  const attacker = { ...honest, tenantId: 'attacker', tenantTier: 'free' } as const;
  const named = HOSTILE.flatMap((name) => [
    { ...attacker, tenantId: name },
    { ...attacker, actionId: name },
    { ...attacker, actionType: `${name}.turn` },
    { ...attacker, callbackQueue: `${FAIR_DOMAIN}:${name}:free` },
    { ...attacker, replyTo: `inbox:${name}` },
  ]);
  const forged = [
    { ...attacker, tenantTier: 'enterprise' },
    { ...attacker, tenantTier: 'root' },
    { ...attacker, tenantId: 'stranger' },
    { ...attacker, callbackQueue: `${FAIR_DOMAIN}:victim:enterprise` },
    { ...attacker, data: 'x'.repeat(2 * 1024 * 1024) },
    { ...attacker, expiresAt: 'tomorrow' },
    { ...attacker, timeoutMs: -1 },
  ];
  const chosen = [...named, ...forged].map((attack, index) => ({
    ...attack,
    actionId: attack.actionId === honest.actionId ? `attack-${index}` : attack.actionId,
  }));
  return [...chosen, { ...attacker, actionId: honest.actionId }] as DomainAction[];
}

async function isRefused(queues: DomainQueueManager, action: DomainAction): Promise<boolean> {
  try {
    await queues.enqueue(action);
    return false;
  } catch (error) {
    return isNoobleError(error) && !error.retryable;
  }
}
