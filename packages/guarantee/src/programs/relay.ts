// Admits the actions in the outbox of a PostgreSQL until it is killed, or kills itself between an admission and its commit.
import { setTimeout as wait } from 'node:timers/promises';
import { connect } from '@nooble/persistence';
import { DomainQueueManager } from '@nooble/queue';
import { readProgramOptions, tiersWith, UNLIMITED } from '../load/program-options.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';
import { seededRandom } from '../schedule/random.ts';

const { redis, prefix, seed, postgres = '' } = readProgramOptions();
exitWithParent();

/** Maximum number of admissions of a process. */
const MOST_ADMISSIONS = 240;
/** Time for which a row stays locked after its admission, so that a worker has ended its action (ms). */
const HOLD_MS = 300;

const queues = new DomainQueueManager({ redis, prefix, tiers: tiersWith(UNLIMITED) });
const last = 1 + seededRandom(seed).below(MOST_ADMISSIONS);
let admitted = 0;
const enqueue = queues.enqueue.bind(queues);
queues.enqueue = async (action, options) => {
  const receipt = await enqueue(action, options);
  admitted += 1;
  if (admitted < last) return receipt;
  await wait(HOLD_MS);
  process.kill(process.pid, 'SIGKILL');
  return receipt;
};

/** A PostgreSQL that is killed is part of the trial. */
const onError = (): void => undefined;
const persistence = connect({ url: postgres, onWarning: onError });
persistence.outbox({ queues, batchSize: 20, pollMs: 50, onError }).start();
