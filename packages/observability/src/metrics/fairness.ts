import { isTenantId, TIERS, type Tier } from '@nooble/models';
import { jainIndex } from '../fairness/jain.ts';
import type { ShareWindow } from '../fairness/share-window.ts';
import { largest, type TenantSum, type TenantSums } from '../fairness/tenant-sums.ts';
import { ATTRIBUTES } from '../metric-facts.ts';
import { METRICS } from '../metric-names.ts';
import { BoundedLabel, OTHER } from './bounded-label.ts';
import type { Instruments } from './instruments.ts';

/** Maximum number of tenants that ever have a series, per tenant that is shown: an SDK never forgets a series. */
const SERIES_PER_PLACE = 50;
/** Mean waiting time from which a tenant counts as one that waited (ms). */
const WAITED_MS = 1_000;

/** Dependencies of the metrics of fairness. */
export interface FairnessParts {
  readonly instruments: Instruments;
  readonly window: ShareWindow;
  readonly domain: string;
  /** Number of tenants shown. */
  readonly top: number;
}

type Set = (metric: 'got' | 'jain' | 'slotTime' | 'waiting', value: number, by: object) => void;

/** Adds the gauges of shares and of the tenants with the most. */
export function meterFairness({ instruments, window, domain, top }: FairnessParts): void {
  const slotTime = new TopTenants(top, ({ slotMs }) => slotMs);
  const waiting = new TopTenants(top, ({ waitedMs }) => waitedMs);
  const metrics = {
    got: METRICS.shareGot,
    jain: METRICS.jain,
    slotTime: METRICS.tenantSlotTime,
    waiting: METRICS.tenantWaiting,
  };
  instruments.gauges(metrics, (observe) => {
    const sums = window.sums();
    const set: Set = (metric, value, by) =>
      observe(metric, value, { [ATTRIBUTES.domain]: domain, ...by });
    setTiers(sums, set);
    slotTime.read(sums, (tenant, ms) =>
      set('slotTime', ms / 1000, { [ATTRIBUTES.tenant]: tenant }),
    );
    waiting.read(sums, (tenant, ms) => set('waiting', ms / 1000, { [ATTRIBUTES.tenant]: tenant }));
  });
}

function setTiers(sums: TenantSums, set: Set): void {
  const all = [...sums.tenants.values(), ...sums.rest];
  const total = slotMsOf(all);
  for (const tier of TIERS) {
    const label = { [ATTRIBUTES.tier]: tier };
    const own = all.filter((sum) => sum.tier === tier);
    set('got', total === 0 ? 0 : slotMsOf(own) / total, label);
    set('jain', jainIndex(waitedIn(sums, tier)), label);
  }
}

/** Returns the slot times of the tenants of a tier that waited: the others got all they asked for. */
function waitedIn(sums: TenantSums, tier: Tier): number[] {
  return [...sums.tenants.values()]
    .filter((sum) => sum.tier === tier && sum.waitedMs >= WAITED_MS * Math.max(1, sum.starts))
    .map(({ slotMs }) => slotMs);
}

function slotMsOf(sums: readonly Readonly<TenantSum>[]): number {
  return sums.reduce((total, { slotMs }) => total + slotMs, 0);
}

/** The tenants with the most of something, and the rest as one. */
class TopTenants {
  readonly #top: number;
  readonly #valueOf: (sum: Readonly<TenantSum>) => number;
  readonly #labels: BoundedLabel;

  constructor(top: number, valueOf: (sum: Readonly<TenantSum>) => number) {
    this.#top = top;
    this.#valueOf = valueOf;
    this.#labels = new BoundedLabel(top * SERIES_PER_PLACE);
  }

  /** NaN withdraws the series of a tenant that is no longer among them. */
  read(sums: TenantSums, set: (tenant: string, value: number) => void): void {
    const { tenants } = sums;
    const places = largest(tenants, this.#top, this.#valueOf).filter(isTenantId);
    const shown = new Set(places.filter((tenantId) => this.#labels.of(tenantId) !== OTHER));
    let rest = sums.rest.reduce((total, sum) => total + this.#valueOf(sum), 0);
    for (const [tenantId, sum] of tenants) {
      if (shown.has(tenantId)) set(tenantId, this.#valueOf(sum));
      else rest += this.#valueOf(sum);
    }
    for (const tenantId of this.#labels.values) {
      if (!shown.has(tenantId)) set(tenantId, Number.NaN);
    }
    set(OTHER, rest);
  }
}
