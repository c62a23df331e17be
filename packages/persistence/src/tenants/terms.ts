import type { Tier } from '@nooble/models';
import type { TenantLimits } from '@nooble/queue';

/** The terms that several tenants share. */
export interface Plan {
  /** 1 to 128 letters, digits, dots, dashes and underscores. */
  readonly name: string;
  readonly tier: Tier;
  /** Share among the tenants of its tier, from 0.001 to 1000. @default 1 */
  readonly weight?: number;
  /** Limits that differ from those of the tier. @default none */
  readonly limits?: TenantLimits;
}

/** A tenant with its plan, and what differs from it. */
export interface Tenant {
  readonly tenantId: string;
  /** Name of its plan. */
  readonly plan: string;
  /** @default that of its plan */
  readonly weight?: number;
  /** Limits that differ from those of its plan. @default none */
  readonly limits?: TenantLimits;
  /** Refuses all new actions. @default false */
  readonly suspended?: boolean;
}
