import type { Dashboard } from './dashboard.ts';

const TENANT = 'nooble_tenant_id';
const CHOSEN = 'messaging_destination_name=~"$domain"';
const TIERS = `${CHOSEN}, nooble_tenant_tier=~"$tier"`;

/** Tenants with the most load. Only these have series of their own; all others are `_other`. */
export const tenants: Dashboard = {
  name: 'tenants',
  title: 'Nooble tenants',
  variables: [
    { name: 'domain', isMultiple: true },
    { name: 'tier', isMultiple: true },
  ],
  panels: [
    {
      title: 'Slot time',
      about: 'Seconds in the last minute for which actions of a tenant held slots.',
      unit: 's',
      isStacked: true,
      queries: [
        {
          expr: `sum by (${TENANT}) (nooble_tenant_slot_time{${CHOSEN}})`,
          legend: `{{${TENANT}}}`,
        },
      ],
    },
    {
      title: 'Waiting time',
      about: 'Sum over the actions of a tenant that started in the last minute.',
      unit: 's',
      isStacked: true,
      queries: [
        { expr: `sum by (${TENANT}) (nooble_tenant_waiting{${CHOSEN}})`, legend: `{{${TENANT}}}` },
      ],
    },
    {
      title: 'Shares of slot time',
      about: 'Of all slot time of a domain in the last minute, the ten largest.',
      kind: 'table',
      unit: 'percentunit',
      queries: [
        { expr: `topk(10, domain_tenant:nooble_tenant_slot_time:ratio{${CHOSEN}})`, legend: '' },
      ],
    },
    {
      title: 'Shares of waiting time',
      about:
        'Of all waiting time of a domain in the last minute, the ten largest. Above one half a tenant may flood its domain.',
      kind: 'table',
      unit: 'percentunit',
      queries: [
        { expr: `topk(10, domain_tenant:nooble_tenant_waiting:ratio{${CHOSEN}})`, legend: '' },
      ],
    },
    {
      title: 'Tenants with actions',
      about:
        'Tenants that wait, and those of them that may be served now; the others are paused, capped or throttled.',
      queries: [
        {
          expr: `sum(max by (messaging_destination_name, nooble_tenant_tier) (nooble_domain_tenants_waiting{${TIERS}}))`,
          legend: 'waiting',
        },
        {
          expr: `sum(max by (messaging_destination_name, nooble_tenant_tier) (nooble_domain_tenants_ready{${TIERS}}))`,
          legend: 'may be served',
        },
      ],
    },
    {
      title: 'Slot time by tier',
      about: 'Slots that the actions of a tier held, on average.',
      isStacked: true,
      queries: [
        {
          expr: `sum by (nooble_tenant_tier) (rate(nooble_tier_slot_time_total{${TIERS}}[$__rate_interval]))`,
          legend: '{{nooble_tenant_tier}}',
        },
      ],
    },
    {
      title: 'Refused',
      about: 'Admissions refused per second, by tier and error.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (nooble_tenant_tier, error_type) (rate(messaging_client_sent_messages_total{${TIERS}, nooble_outcome="refused"}[$__rate_interval]))`,
          legend: '{{nooble_tenant_tier}} {{error_type}}',
        },
      ],
    },
    {
      title: 'Refused share',
      about: 'Of all admissions of a domain, in 5 minutes.',
      unit: 'percentunit',
      queries: [
        {
          expr: `domain:nooble_admissions_refused:ratio_rate5m{${CHOSEN}}`,
          legend: '{{messaging_destination_name}}',
        },
      ],
    },
  ],
};
