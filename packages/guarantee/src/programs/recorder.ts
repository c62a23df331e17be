// Records the endings of the work domain until it is killed.
import { connect } from '@nooble/persistence';
import { DomainQueueManager } from '@nooble/queue';
import { Journal } from '../journal/journal.ts';
import { recordStalls } from '../journal/record-stalls.ts';
import { WORK_DOMAIN } from '../load/actions.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';

const { redis, prefix, journal: folder, postgres = '' } = readProgramOptions();
const journal = new Journal(folder);
exitWithParent();
recordStalls(journal);

const persistence = connect({ url: postgres, connectTimeoutMs: 1_000, onWarning: () => undefined });
persistence
  .recorder({
    queues: new DomainQueueManager({ redis, prefix }),
    domains: [WORK_DOMAIN],
    pollMs: 20,
    patienceMs: 1_000,
    onRecorded: ({ endings }) => journal.write({ event: 'recorded', count: endings }),
    onError: () => undefined,
  })
  .start();
