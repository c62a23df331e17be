import type { Dashboard } from './dashboard.ts';

const DOMAIN = 'messaging_destination_name';
const CHOSEN = `${DOMAIN}=~"$domain"`;

/** All domains at a glance. */
export const overview: Dashboard = {
  name: 'overview',
  title: 'Nooble overview',
  variables: [{ name: 'domain', isMultiple: true }],
  panels: [
    {
      title: 'Waiting',
      about: 'Actions that wait in their queues.',
      kind: 'stat',
      queries: [{ expr: `sum(domain:nooble_domain_waiting:sum{${CHOSEN}})`, legend: 'waiting' }],
    },
    {
      title: 'Oldest',
      about: 'Age of the longest waiting action, to the nearest 10 s.',
      kind: 'stat',
      unit: 's',
      levels: [60, 300],
      queries: [
        { expr: `max(domain_tier:nooble_domain_oldest_age:max{${CHOSEN}})`, legend: 'oldest' },
      ],
    },
    {
      title: 'Live workers',
      about: 'Workers that have reported in the last 15 s.',
      kind: 'stat',
      queries: [{ expr: `sum(domain:nooble_domain_workers:max{${CHOSEN}})`, legend: 'workers' }],
    },
    {
      title: 'Slots busy',
      about: 'Slots whose handler has not returned, of all slots.',
      kind: 'stat',
      unit: 'percentunit',
      levels: [0.9, 1.01],
      queries: [{ expr: `max(domain:nooble_worker_slots_busy:ratio{${CHOSEN}})`, legend: 'busy' }],
    },
    {
      title: 'Dead letters',
      about: 'Actions that failed permanently, until they are redriven or discarded.',
      kind: 'stat',
      levels: [1, 1_000],
      queries: [{ expr: `sum(domain:nooble_domain_dead:sum{${CHOSEN}})`, legend: 'dead' }],
    },
    {
      title: 'Alerts firing',
      about: 'Alerts of deploy/prometheus/rules.yml that fire.',
      kind: 'stat',
      levels: [1, 5],
      queries: [
        {
          expr: 'count(ALERTS{alertname=~"Nooble.*", alertstate="firing"}) or vector(0)',
          legend: 'alerts',
        },
      ],
    },
    {
      title: 'Admissions',
      about: 'Actions sent per second, by outcome.',
      unit: 'ops',
      isStacked: true,
      queries: [
        {
          expr: `sum by (nooble_outcome) (rate(messaging_client_sent_messages_total{${CHOSEN}}[$__rate_interval]))`,
          legend: '{{nooble_outcome}}',
        },
      ],
    },
    {
      title: 'Attempts',
      about: 'Attempts that ended per second, by outcome.',
      unit: 'ops',
      isStacked: true,
      queries: [
        {
          expr: `sum by (nooble_outcome) (rate(messaging_process_duration_count{${CHOSEN}}[$__rate_interval]))`,
          legend: '{{nooble_outcome}}',
        },
      ],
    },
    {
      title: 'Waiting by domain',
      about: 'Actions that wait in their queues.',
      isStacked: true,
      queries: [{ expr: `domain:nooble_domain_waiting:sum{${CHOSEN}}`, legend: `{{${DOMAIN}}}` }],
    },
    {
      title: 'Failed attempts',
      about: 'Share of attempts whose handler failed, in 5 minutes.',
      unit: 'percentunit',
      queries: [
        { expr: `domain:nooble_attempts_failed:ratio_rate5m{${CHOSEN}}`, legend: `{{${DOMAIN}}}` },
      ],
    },
    {
      title: 'Round trips to Redis',
      about: '99th percentile of the time of an admission (send) and a claim.',
      unit: 's',
      queries: [
        {
          expr: `histogram_quantile(0.99, sum by (le, messaging_operation_name) (rate(messaging_client_operation_duration_bucket{${CHOSEN}}[$__rate_interval])))`,
          legend: '{{messaging_operation_name}}',
        },
      ],
    },
    {
      title: 'Event loop delay',
      about: '99th percentile of each process, and the longest.',
      unit: 's',
      queries: [
        { expr: 'nodejs_eventloop_delay_p99', legend: '{{instance}}' },
        { expr: 'nodejs_eventloop_delay_max', legend: '{{instance}} longest' },
      ],
    },
  ],
};
