import type { Tier } from '@nooble/models';
import type { TenantShare } from '../protocol/operations/tenant-stats.ts';
import type { Reason } from './reasons.ts';

/** Content of the sentence. */
interface Explained {
  readonly domain: string;
  readonly actionId: string;
  readonly state: string;
  readonly tenantId?: string;
  readonly tier?: Tier;
  readonly share?: TenantShare;
  readonly reasons: readonly Reason[];
}

/** Returns an explanation as one sentence. */
export function textOf(explained: Explained): string {
  const { domain, actionId, state, tenantId, tier, share, reasons } = explained;
  const whose = tenantId === undefined ? '' : ` of tenant "${tenantId}"`;
  const where = tier === undefined ? '' : `, tier ${tier},`;
  const clauses = [...reasons.map(clauseOf), ...shareClause(share)];
  const why = clauses.join('; ') || 'the next claim takes it';
  return `Action "${actionId}"${whose} in domain "${domain}"${where} is ${state}: ${why}.`;
}

/** Says nothing of a tenant that has the tier to itself. */
function shareClause(share: TenantShare | undefined): string[] {
  if (!share || share.otherTenants === 0) return [];
  const percent = Math.round(share.ofTier * 100);
  return [
    `its tenant gets ${percent} % of tier ${share.tier}, which it shares with ${counted(share.otherTenants, 'other')}`,
  ];
}

type Clauses = { readonly [Kind in Reason['kind']]: (reason: Of<Kind>) => string };
type Of<Kind> = Extract<Reason, { readonly kind: Kind }>;

function clauseOf<Kind extends Reason['kind']>(reason: Of<Kind>): string {
  const clause: (of: Of<Kind>) => string = CLAUSES[reason.kind];
  return clause(reason);
}

const CLAUSES: Clauses = {
  behind: ({ ahead, isMore }) =>
    `${isMore ? 'more than ' : ''}${counted(ahead, 'action')} of its tenant ${isMore || ahead !== 1 ? 'are' : 'is'} ahead of it`,
  capped: ({ active, cap }) =>
    cap === null
      ? 'its tenant is at its cap'
      : `its tenant runs ${active} of at most ${cap} actions`,
  paused: () => 'its tenant is paused',
  suspended: () => 'its tenant is suspended',
  held: ({ until }) => `an action of its tenant met a limit, which holds the tenant until ${until}`,
  'domain-paused': ({ pause }) =>
    pause === 'moved' ? 'the number of partitions is being changed' : 'its domain is paused',
  suspect: ({ stalls }) =>
    `${counted(stalls, 'worker')} died running it, so it runs alone on a worker that accepts it`,
  sequence: ({ leaderId, ahead }) =>
    `${counted(ahead, 'action')} of its sequence ${ahead === 1 ? 'runs' : 'run'} before it, "${leaderId}" first`,
  'higher-tiers': ({ tiers, mode, floor }) =>
    `tenants of ${tiers.join(', ')} ${mode === 'weighted' ? 'take turns with its tier by weight' : 'are served first'}` +
    (floor === undefined || floor === 0 ? '' : `, except at every ${floor}th turn`),
  turn: ({ tenantsAhead }) =>
    `${counted(tenantsAhead, 'tenant')} of its tier ${tenantsAhead === 1 ? 'comes' : 'come'} first`,
  'no-free-slot': ({ running, concurrency, workers }) =>
    `${running} of ${counted(concurrency, 'slot')} of ${counted(workers, 'worker')} are in use`,
  'throttle-keys': ({ holds }) => throttleClause(holds),
  expired: ({ at }) => `it expired at ${at} and ends when its turn comes`,
  retry: ({ until, failures }) => `it is retried at ${until} after ${counted(failures, 'failure')}`,
  'run-at': ({ until }) => `it was sent for ${until}`,
  'rate-limit': ({ until }) => `its tenant is at its limit per minute, and its slot is at ${until}`,
  throttled: ({ until, since }) =>
    `a resource of its handler has been at its limit since ${since}, and it is retried at ${until}`,
  unhandled: ({ until, since }) =>
    `no worker had a handler for its type since ${since}, and it is offered again at ${until}`,
  'no-worker': () => 'no worker of the domain is live',
  running: ({ since, leaseUntil, attempt, workerId, worker }) =>
    `worker ${worker ? `${worker.host}:${worker.pid}` : workerId} has run attempt ${attempt} since ${since}, with a lease until ${leaseUntil}`,
  parked: ({ until, ...names }) =>
    `its handler waits for ${namesOf(names)}, without a worker, at most until ${until}`,
  waits: (names) => `its handler waits for ${namesOf(names)} and holds no slot`,
  cancelled: () => 'it was cancelled, and its handler has to stop',
  'lease-ended': () => 'its lease has ended, and another worker takes it back soon',
  dead: ({ error }) => `its last error is ${error.code} "${error.message}"`,
  ended: () => 'its outcome is kept',
  unknown: () => 'it ended, was never sent, or belongs to another tenant',
};

/** Maximum number of throttle keys in a sentence. */
const MOST_KEYS = 3;

function throttleClause(holds: Of<'throttle-keys'>['holds']): string {
  const named = holds.slice(0, MOST_KEYS).map(({ key, until }) => `"${key}" until ${until}`);
  const more = holds.length - named.length;
  const keys = named.join(', ') + (more > 0 ? ` and ${more} more` : '');
  return `if its handler uses a throttle key that is held, a worker puts it off: ${keys}`;
}

function namesOf({ awaited, count }: Pick<Of<'waits'>, 'awaited' | 'count'>): string {
  if (count === 0) return 'an answer that has come';
  const names = awaited.map((each) =>
    each.of === 'call' ? `"${each.name}" (action "${each.actionId}")` : `"${each.name}" (a signal)`,
  );
  const more = count - awaited.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function counted(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}
