import type { Dashboard } from './dashboard.ts';
import type { Panel, Query } from './panels.ts';

const TIER = 'nooble_tenant_tier';
const CHOSEN = 'messaging_destination_name="$domain"';
const TIERS = `${CHOSEN}, ${TIER}=~"$tier"`;

/** One domain: its backlog, latency, shares and faults. */
export const domain: Dashboard = {
  name: 'domain',
  title: 'Nooble domain',
  variables: [
    { name: 'domain', isMultiple: false },
    { name: 'tier', isMultiple: true },
  ],
  panels: [...backlog(), ...latency(), ...shares(), ...faults(), ...losses()],
};

function backlog(): Panel[] {
  return [
    {
      title: 'Waiting by tier',
      about: 'Actions that wait in their queues.',
      isStacked: true,
      queries: [{ expr: `domain_tier:nooble_domain_waiting:max{${TIERS}}`, legend: `{{${TIER}}}` }],
    },
    {
      title: 'Age of the oldest by tier',
      about: 'To the nearest 10 s; tenants that are held included.',
      unit: 's',
      queries: [
        { expr: `domain_tier:nooble_domain_oldest_age:max{${TIERS}}`, legend: `{{${TIER}}}` },
      ],
    },
    {
      title: 'Actions by state',
      about: 'Active actions have a lease; delayed ones include retries.',
      queries: [
        { expr: `sum(nooble_domain_active{${TIERS}})`, legend: 'active' },
        { expr: `sum(nooble_domain_delayed{${TIERS}})`, legend: 'delayed' },
        { expr: `sum(nooble_domain_dead{${TIERS}})`, legend: 'dead' },
      ],
    },
    {
      title: 'Slots',
      about: 'All slots of the workers, and those whose handler has not returned.',
      queries: [
        { expr: `sum(nooble_worker_slots{${CHOSEN}})`, legend: 'slots' },
        { expr: `sum(nooble_worker_slots_busy{${CHOSEN}})`, legend: 'busy' },
        {
          expr: `sum(rate(messaging_client_consumed_messages_total{${CHOSEN}}[$__rate_interval]))`,
          legend: 'claimed per second',
        },
      ],
    },
  ];
}

function latency(): Panel[] {
  return [
    {
      title: 'Waiting time by tier',
      about: '99th percentile of started actions, from ready to their claim.',
      unit: 's',
      queries: [quantile(0.99, TIER, `nooble_action_waiting_bucket{${TIERS}}`)],
    },
    {
      title: 'Running time by action type',
      about: '95th percentile of attempts.',
      unit: 's',
      queries: [
        quantile(0.95, 'nooble_action_type', `messaging_process_duration_bucket{${CHOSEN}}`),
      ],
    },
    {
      title: 'Awaited actions',
      about: '99th percentile from the request to its result, by outcome.',
      unit: 's',
      queries: [quantile(0.99, 'nooble_outcome', `nooble_reply_duration_bucket{${CHOSEN}}`)],
    },
    {
      title: 'Started late',
      about: 'Share of actions that waited longer than 60 s. The objective is 1 % over 30 days.',
      unit: 'percentunit',
      queries: [
        {
          expr: `domain_tier:nooble_action_waiting_slow:ratio_rate1h{${TIERS}}`,
          legend: `{{${TIER}}}`,
        },
      ],
    },
  ];
}

function shares(): Panel[] {
  return [
    {
      title: 'Share of slot time by tier',
      about:
        'Got in 5 minutes, by all processes, against the share due by weight. In strict mode priority decides.',
      unit: 'percentunit',
      queries: [
        {
          expr: `domain_tier:nooble_tier_share_got:ratio_rate5m{${TIERS}}`,
          legend: `{{${TIER}}} got`,
        },
        { expr: `domain_tier:nooble_tier_share_due:max{${TIERS}}`, legend: `{{${TIER}}} due` },
        {
          expr: `avg by (${TIER}) (nooble_tier_share_got{${TIERS}})`,
          legend: `{{${TIER}}} got in a minute, mean of processes`,
        },
      ],
    },
    {
      title: 'Fairness among tenants',
      about: "Jain's index of the slot time of waiting tenants: 1 if all got the same.",
      unit: 'percentunit',
      queries: [
        { expr: `min by (${TIER}) (nooble_fairness_jain{${TIERS}})`, legend: `{{${TIER}}}` },
      ],
    },
  ];
}

function faults(): Panel[] {
  return [
    {
      title: 'Leases and handlers',
      about:
        'Per second: taken back from dead workers, lost while running, returned unfinished, ignoring their signal.',
      unit: 'ops',
      queries: [
        perSecond('nooble_lease_reclaimed_total', 'reclaimed'),
        perSecond('nooble_lease_lost_total', 'lost'),
        perSecond('nooble_lease_released_total', 'released'),
        perSecond('nooble_handler_overdue_total', 'overdue'),
      ],
    },
    {
      title: 'Retries and failures',
      about:
        'Attempts that will be repeated, by reason, and failures of workers outside of handlers, per second.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (nooble_reason) (rate(nooble_action_retries_total{${CHOSEN}}[$__rate_interval]))`,
          legend: '{{nooble_reason}}',
        },
        perSecond('nooble_worker_errors_total', 'worker errors'),
        perSecond('nooble_domain_read_failures_total', 'metrics not read'),
      ],
    },
  ];
}

function losses(): Panel[] {
  return [
    {
      title: 'Delivery',
      about: 'Callbacks and replies that wait in the outbox, and suspects.',
      queries: [
        { expr: `max(nooble_domain_callbacks_pending{${CHOSEN}})`, legend: 'callbacks pending' },
        { expr: `max(nooble_domain_suspects{${CHOSEN}})`, legend: 'suspects' },
        { expr: `max(nooble_domain_paused{${CHOSEN}})`, legend: 'paused' },
        { expr: `max(nooble_domain_clock_lead{${CHOSEN}})`, legend: 'clock lead (s)' },
      ],
    },
    {
      title: 'Lost',
      about: 'Per second: replies that reached nobody, and dead letters beyond their bounds.',
      unit: 'ops',
      queries: [
        perSecond('nooble_domain_replies_lost_total', 'replies lost'),
        perSecond('nooble_domain_dead_dropped_total', 'dead letters dropped'),
        {
          expr: 'sum by (nooble_reason) (rate(nooble_reply_dropped_total[$__rate_interval]))',
          legend: 'replies dropped in all domains: {{nooble_reason}}',
        },
      ],
    },
  ];
}

function perSecond(metric: string, legend: string): Query {
  return { expr: `sum(rate(${metric}{${CHOSEN}}[$__rate_interval]))`, legend };
}

function quantile(share: number, label: string, series: string): Query {
  return {
    expr: `histogram_quantile(${share}, sum by (le, ${label}) (rate(${series}[$__rate_interval])))`,
    legend: `{{${label}}}`,
  };
}
