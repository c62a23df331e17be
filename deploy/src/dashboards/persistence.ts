import type { Dashboard } from './dashboard.ts';
import type { Panel, Query } from './panels.ts';

const DOMAIN = 'messaging_destination_name';
const CHOSEN = `${DOMAIN}=~"$domain"`;

/** PostgreSQL: the history of domains with its recorders, and the outbox with its relays. */
export const persistence: Dashboard = {
  name: 'persistence',
  title: 'Nooble persistence',
  variables: [{ name: 'domain', isMultiple: true }],
  panels: [...history(), ...recorders(), ...outbox(), ...relays()],
};

function history(): Panel[] {
  return [
    {
      title: 'Endings that wait',
      about: 'In Redis, until a recorder has stored them.',
      queries: [largest('nooble_history_entries')],
    },
    {
      title: 'Size of the endings that wait',
      about: 'In the memory of Redis.',
      unit: 'bytes',
      queries: [largest('nooble_history_bytes')],
    },
    {
      title: 'Age of the oldest ending',
      about: 'It grows if no recorder runs, or if PostgreSQL is away or too slow.',
      unit: 's',
      queries: [largest('nooble_history_lag')],
    },
    {
      title: 'Used part of the bound',
      about: 'Of the fullest partition. At 100 % actions are refused, or endings dropped.',
      unit: 'percentunit',
      queries: [largest('nooble_history_filled')],
    },
  ];
}

function recorders(): Panel[] {
  return [
    {
      title: 'Recorded',
      about: 'Endings per second: stored, refused by PostgreSQL, purged, or missing.',
      unit: 'ops',
      queries: [
        {
          expr: `sum by (nooble_outcome) (rate(nooble_recorder_endings_total{${CHOSEN}}[$__rate_interval]))`,
          legend: '{{nooble_outcome}}',
        },
        { expr: `sum(nooble_history_dropped{${CHOSEN}})`, legend: 'dropped, not recorded yet' },
      ],
    },
    {
      title: 'Recorders',
      about: 'Time since each last stored something or found nothing, and those whose calls fail.',
      unit: 's',
      queries: [
        {
          expr: `nooble_recorder_success_age{${CHOSEN}}`,
          legend: `{{${DOMAIN}}} {{instance}}`,
        },
        {
          expr: `sum by (${DOMAIN}) (nooble_recorder_waiting{${CHOSEN}})`,
          legend: `{{${DOMAIN}}} waiting (number)`,
        },
      ],
    },
  ];
}

function outbox(): Panel[] {
  return [
    {
      title: 'Outbox',
      about: 'Committed actions: not admitted, due now, and refused permanently.',
      queries: [
        { expr: 'max(nooble_outbox_pending)', legend: 'pending' },
        { expr: 'max(nooble_outbox_due)', legend: 'due' },
        { expr: 'max(nooble_outbox_refused)', legend: 'refused' },
      ],
    },
    {
      title: 'Age of the oldest that is due',
      about: 'Actions that a limit has put off are not due.',
      unit: 's',
      queries: [{ expr: 'max(nooble_outbox_lag)', legend: 'age' }],
    },
  ];
}

function relays(): Panel[] {
  return [
    {
      title: 'Relays',
      about: 'Actions per second by outcome, and batches and reads that failed.',
      unit: 'ops',
      queries: [
        {
          expr: 'sum by (nooble_outcome) (rate(nooble_outbox_actions_total[$__rate_interval]))',
          legend: '{{nooble_outcome}}',
        },
        {
          expr: 'sum(rate(nooble_outbox_failures_total[$__rate_interval]))',
          legend: 'batches failed',
        },
        {
          expr: 'sum(rate(nooble_outbox_read_failures_total[$__rate_interval]))',
          legend: 'reads failed',
        },
      ],
    },
    {
      title: 'Last success of relays',
      about: 'Time since a batch of each relay succeeded, with or without actions.',
      unit: 's',
      queries: [{ expr: 'nooble_outbox_success_age', legend: '{{instance}}' }],
    },
  ];
}

/** Of a gauge of a domain: several processes may report it for a moment while another one takes over. */
function largest(gauge: string): Query {
  return { expr: `max by (${DOMAIN}) (${gauge}{${CHOSEN}})`, legend: `{{${DOMAIN}}}` };
}
