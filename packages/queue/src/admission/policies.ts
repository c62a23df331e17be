import {
  assertDomain,
  resolveTierPolicies,
  type Tier,
  type TierOverrides,
  type TierPolicy,
} from '@nooble/models';
import type { TenantEntry } from './directory.ts';
import type { AdmissionPolicy } from '../protocol/admission.ts';

/** Tier policies of all domains, and of particular domains. */
export interface PolicyOptions {
  /** Overrides of `DEFAULT_TIER_POLICIES`. */
  readonly tiers?: TierOverrides;
  /** Overrides per domain, on top of `tiers`. */
  readonly domains?: Readonly<Record<string, TierOverrides>>;
}

/** The limits and shares of each tier in each domain. */
export class Policies {
  readonly #general: Readonly<Record<Tier, TierPolicy>>;
  readonly #particular: ReadonlyMap<string, Readonly<Record<Tier, TierPolicy>>>;
  readonly #usual = new Map<TierPolicy, AdmissionPolicy>();

  /** Throws RangeError for an invalid policy and InvalidActionError for an invalid domain. */
  constructor({ tiers = {}, domains = {} }: PolicyOptions) {
    this.#general = resolveTierPolicies(tiers);
    this.#particular = new Map(
      Object.entries(domains).map(([domain, overrides]) => {
        assertDomain(domain);
        return [domain, resolveTierPolicies(overrides, this.#general)];
      }),
    );
  }

  of(domain: string, tier: Tier): TierPolicy {
    return (this.#particular.get(domain) ?? this.#general)[tier];
  }

  /** Returns a tenant's limits at admission. Tenants with the default limits of their tier share one object. */
  admission(domain: string, { tier, weight, limits }: TenantEntry): AdmissionPolicy {
    const policy = this.of(domain, tier);
    let usual = this.#usual.get(policy);
    if (!usual) this.#usual.set(policy, (usual = usualOf(policy)));
    if (weight === undefined && limits === undefined) return usual;
    const given = Object.entries(limits ?? {}).filter(([, value]) => value !== undefined);
    return { ...usual, weight: weight ?? usual.weight, ...Object.fromEntries(given) };
  }
}

function usualOf({ perMinute, perDay, maxDepth, onLimit, maxActive }: TierPolicy): AdmissionPolicy {
  return { perMinute, perDay, maxDepth, onLimit, maxActive, weight: 1 };
}
