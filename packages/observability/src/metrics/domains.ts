import { TIERS, type Tier } from '@nooble/models';
import type { DomainReport } from '@nooble/queue';
import type { Attributes } from '@opentelemetry/api';
import { DOMAIN_METRICS } from '../domain-metrics.ts';
import { ATTRIBUTES } from '../metric-facts.ts';
import type { DomainReports } from './domain-reports.ts';
import type { Instruments } from './instruments.ts';

type Name = Exclude<keyof typeof DOMAIN_METRICS, 'readFailed'>;
type Set = (metric: Name, value: number, attributes: Attributes) => void;

/** Adds the metrics of domains, as they were read last. */
export function meterDomains(instruments: Instruments, reports: DomainReports): void {
  const { readFailed: _readFailed, ...metrics } = DOMAIN_METRICS;
  instruments.gauges(metrics, (set) => {
    reports.each(
      (report) => {
        setDomain(report, set);
        setTiers(report, set);
      },
      (domain) => withdraw(domain, set),
    );
  });
}

function setDomain(report: DomainReport, set: Set): void {
  const labels = { [ATTRIBUTES.domain]: report.domain };
  set('paused', report.paused === false ? 0 : 1, labels);
  set('callbacksPending', report.callbacksPending, labels);
  set('suspects', report.suspects, labels);
  set('workers', report.workers, labels);
  set('clockLead', report.clockLeadMs / 1000, labels);
  set('reclaimed', report.reclaimed, labels);
  set('deadDropped', report.deadDropped, labels);
  set('repliesLost', report.repliesLost, labels);
  setHistory(report, set);
}

function setHistory({ domain, history }: DomainReport, set: Set): void {
  const labels = { [ATTRIBUTES.domain]: domain };
  set('historyEntries', history?.entries ?? 0, labels);
  set('historyBytes', history?.bytes ?? 0, labels);
  set('historyFilled', history?.filled ?? 0, labels);
  set('historyLag', (history?.lagMs ?? 0) / 1000, labels);
  set('historyDropped', history?.dropped ?? 0, labels);
}

function setTiers({ domain, tiers, weights }: DomainReport, set: Set): void {
  const isBusy = (tier: Tier): boolean => tiers[tier].waiting + tiers[tier].active > 0;
  const total = TIERS.filter(isBusy).reduce((sum, tier) => sum + weights[tier], 0);
  for (const tier of TIERS) {
    const labels = { [ATTRIBUTES.domain]: domain, [ATTRIBUTES.tier]: tier };
    const stats = tiers[tier];
    set('domainWaiting', stats.waiting, labels);
    set('domainActive', stats.active, labels);
    set('domainDelayed', stats.delayed, labels);
    set('domainDead', stats.dead, labels);
    set('tenantsWaiting', stats.tenantsWaiting, labels);
    set('tenantsReady', stats.tenantsReady, labels);
    set('oldestAge', (stats.oldestMs ?? 0) / 1000, labels);
    set('shareDue', isBusy(tier) ? weights[tier] / total : 0, labels);
  }
}

/** Another process reports the domain. A counter stands still, which is no rate; NaN withdraws a gauge. */
function withdraw(domain: string, set: Set): void {
  const names = Object.keys(DOMAIN_METRICS) as (keyof typeof DOMAIN_METRICS)[];
  for (const name of names) {
    const { kind, attributes } = DOMAIN_METRICS[name];
    if (name === 'readFailed' || kind === 'counter') continue;
    const perTier = (attributes as readonly string[]).includes(ATTRIBUTES.tier);
    const labels = perTier ? TIERS.map((tier) => ({ [ATTRIBUTES.tier]: tier })) : [{}];
    for (const each of labels) set(name, Number.NaN, { [ATTRIBUTES.domain]: domain, ...each });
  }
}
