import { setTimeout as wait } from 'node:timers/promises';
import type { EmbeddedPostgres } from '@nooble/persistence/embedded';
import { committedIn, openSentActions, sendInTransactions } from '../load/outbox-senders.ts';
import { ProcessGroup } from '../scenario/process-group.ts';
import type { Trial } from '../scenario/trial.ts';
import { until } from '../schedule/until.ts';
import type { Guarantee } from './guarantee.ts';
import type { Report } from './report.ts';

const LEASE_MS = 5_000;
const RELAYS = 3;
const SENDERS = 4;
/** Maximum time for the actions that are in the outbox at the end (ms). */
const DRAIN_MS = 40_000;
const MIN = { committed: 50, rolledBack: 20, killed: 2 };
/** Extra time that a slow machine gets to reach these numbers (ms). */
const EXTRA_MS = 30_000;

export const outbox: Guarantee = {
  id: 'P14',
  text: 'An action in the outbox runs once if its transaction is committed, and never if it is rolled back, although relays and PostgreSQL die',
  async run(trial) {
    const postgres = await openSentActions().catch((error: Error) => error);
    if (postgres instanceof Error) return untested(postgres);
    const group = await ProcessGroup.open(trial, LEASE_MS);
    try {
      group.start('worker');
      for (let count = 0; count < RELAYS; count += 1)
        group.start('relay', { postgres: postgres.url });
      const sent = await send(group, trial, postgres);
      const committed = await committedIn(postgres.url);
      await until(() => isOver(group, committed) || undefined, DRAIN_MS);
      // A second run would follow when the last relay that died is replaced.
      await wait(1_000);
      return judge(group, sent, committed);
    } finally {
      await group.close();
      await postgres.stop();
    }
  },
};

/** Without a PostgreSQL the promise is not tested, and has not held. */
function untested({ message }: Error): Report {
  const [reason = ''] = message.split('\n');
  return { held: false, tried: 'nothing', worst: `not tested: ${reason}` };
}

/** Sends until the time is over and enough was tested; PostgreSQL is killed in the middle. Returns the ids of all actions. */
async function send(
  group: ProcessGroup,
  { seconds, signal, random }: Trial,
  postgres: EmbeddedPostgres,
): Promise<readonly string[]> {
  const end = performance.now() + seconds * 1_000;
  const ended = { COMMIT: 0, ROLLBACK: 0 };
  const isEnough = (): boolean =>
    ended.COMMIT >= MIN.committed &&
    ended.ROLLBACK >= MIN.rolledBack &&
    killsIn(group) >= MIN.killed;
  const isOver = (): boolean => {
    const now = performance.now();
    return signal.aborted || now > end + EXTRA_MS || (now > end && isEnough());
  };
  const { queues } = group;
  const onEnd = (by: 'COMMIT' | 'ROLLBACK'): void => void (ended[by] += 1);
  const sending = Array.from({ length: SENDERS }, async () =>
    sendInTransactions({ url: postgres.url, queues, random, isOver, onEnd }),
  );
  await wait(seconds * 500);
  await postgres.kill();
  await postgres.restart();
  return (await Promise.all(sending)).flat();
}

/** Number of times that each action has started. */
function startsIn(group: ProcessGroup): Map<string, number> {
  const starts = new Map<string, number>();
  for (const line of group.history())
    if (line.event === 'started') starts.set(line.id, (starts.get(line.id) ?? 0) + 1);
  return starts;
}

function killsIn(group: ProcessGroup): number {
  return group.history().filter(({ event }) => event === 'killed').length;
}

function isOver(group: ProcessGroup, committed: ReadonlySet<string>): boolean {
  const starts = startsIn(group);
  return [...committed].every((id) => starts.has(id));
}

function judge(
  group: ProcessGroup,
  sent: readonly string[],
  committed: ReadonlySet<string>,
): Report {
  const starts = startsIn(group);
  const lost = [...committed].filter((id) => !starts.has(id)).length;
  const twice = [...starts.values()].filter((count) => count > 1).length;
  const rolledBack = sent.filter((id) => !committed.has(id));
  const undone = rolledBack.filter((id) => starts.has(id)).length;
  const killed = killsIn(group);
  const isTested =
    committed.size >= MIN.committed && rolledBack.length >= MIN.rolledBack && killed >= MIN.killed;
  return {
    held: isTested && lost === 0 && twice === 0 && undone === 0,
    tried: `${committed.size} actions committed, ${rolledBack.length} rolled back, ${killed} relays killed, PostgreSQL killed once`,
    worst: `${lost} lost, ${twice} run twice, ${undone} run after a rollback`,
  };
}
