import { ATTRIBUTES, type MetricFacts } from './metric-facts.ts';

const { domain, outcome } = ATTRIBUTES;

/** Measured in processes with a recorder or an outbox. */
export const PERSISTENCE_METRICS = {
  recorderEndings: {
    name: 'nooble.recorder.endings',
    kind: 'counter',
    unit: '{ending}',
    attributes: [domain, outcome],
    of: 'persistence',
    meaning:
      'Endings that a recorder received. The outcome is `recorded`, `refused` by the database, `purged` with their tenant, or `missing`: dropped before, by its gaps.',
  },
  recorderWaiting: {
    name: 'nooble.recorder.waiting',
    kind: 'gauge',
    unit: '1',
    attributes: [domain],
    of: 'persistence',
    meaning: '1 while the last call of a recorder to PostgreSQL or Redis has failed, else 0.',
  },
  recorderSuccessAge: {
    name: 'nooble.recorder.success.age',
    kind: 'gauge',
    unit: 's',
    attributes: [domain],
    of: 'persistence',
    meaning: 'Time since a recorder last stored endings or found none to store.',
  },
  outboxActions: {
    name: 'nooble.outbox.actions',
    kind: 'counter',
    unit: '{action}',
    attributes: [outcome],
    of: 'persistence',
    meaning:
      'Actions that the relay of an outbox took. The outcome is `admitted`, `refused` permanently, or `put_off` until a later attempt.',
  },
  outboxFailures: {
    name: 'nooble.outbox.failures',
    kind: 'counter',
    unit: '{batch}',
    attributes: [],
    of: 'persistence',
    meaning: 'Batches of a relay that failed, because PostgreSQL or Redis was away.',
  },
  outboxSuccessAge: {
    name: 'nooble.outbox.success.age',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    of: 'persistence',
    meaning: 'Time since a batch of a relay last succeeded, with or without actions.',
  },
  outboxPending: {
    name: 'nooble.outbox.pending',
    kind: 'gauge',
    unit: '{action}',
    attributes: [],
    of: 'persistence',
    meaning: 'Committed actions in the outbox that have not been admitted.',
  },
  outboxDue: {
    name: 'nooble.outbox.due',
    kind: 'gauge',
    unit: '{action}',
    attributes: [],
    of: 'persistence',
    meaning: 'Those of them that a relay could admit now; the others were put off.',
  },
  outboxRefused: {
    name: 'nooble.outbox.refused',
    kind: 'gauge',
    unit: '{action}',
    attributes: [],
    of: 'persistence',
    meaning: 'Actions in the outbox that were refused permanently.',
  },
  outboxLag: {
    name: 'nooble.outbox.lag',
    kind: 'gauge',
    unit: 's',
    attributes: [],
    of: 'persistence',
    meaning: 'Age of the oldest action in the outbox that is due; 0 if there is none.',
  },
  outboxReadFailures: {
    name: 'nooble.outbox.read.failures',
    kind: 'counter',
    unit: '{read}',
    attributes: [],
    of: 'persistence',
    meaning:
      'Reads of the outbox that failed. Its pending, due and refused actions and its lag are absent then.',
  },
} as const satisfies Record<string, MetricFacts>;
