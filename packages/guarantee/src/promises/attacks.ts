import type { DomainAction } from '@nooble/models';
import { FAIR_DOMAIN } from '../load/actions.ts';
import type { Random } from '../schedule/random.ts';

export const ATTACKER = { tenantId: 'attacker', tenantTier: 'free' } as const;

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
/** Number of random names, each with a character that is not allowed. */
const RANDOM_NAMES = 100;
const ALLOWED = Array.from('abcXYZ019._-@');
const FORBIDDEN = Array.from(':{}*?[]\\/ \n\r\t\0"\'%é\u202E\u{1F600}');

/** Returns actions of one tenant that must be refused; they target a stored action of another tenant. */
export function attacksOn(honest: DomainAction, random: Random): DomainAction[] {
  const attacker = { ...honest, ...ATTACKER } as const;
  const named = [...HOSTILE, ...randomNames(random)].flatMap((name) => [
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
    { ...attacker, callbackQueue: `${FAIR_DOMAIN}:victim:free` },
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

function randomNames(random: Random): string[] {
  return Array.from({ length: RANDOM_NAMES }, () => {
    const text = Array.from({ length: random.below(12) }, () => random.pick(ALLOWED));
    text.splice(random.below(text.length + 1), 0, random.pick(FORBIDDEN));
    return text.join('');
  });
}
