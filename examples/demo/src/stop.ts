import { once } from 'node:events';
import { generateAnswer } from '@nooble-examples/contracts';
import { withDeadline } from './deadline.ts';
import { duration } from './layout.ts';
import { titleOf } from './service-process.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { recite } from './stand-in-answer.ts';
import { COLLECTION, TENANTS } from './tenants.ts';
import { typeAnswer, type Reaction } from './type-answer.ts';

/** Number of words after which the caller leaves. */
const WORDS = 14;
const ARRIVAL_MS = 60_000;

/** Leaves an answer half-way, and shows where the stop arrived. */
export async function showStop(stage: Stage, screen: Screen, ask: string): Promise<void> {
  screen.heading('A second answer; its caller leaves half-way');
  const data = { collection: COLLECTION, query: recite(40, ask), top_k: 3 };
  const stream = stage.queues
    .tenant(TENANTS.enterprise)
    .stream(generateAnswer, data, { onRestart: 'restart' });
  const { actionId } = stream.ref;
  const cancelled = stage.logged('Action was cancelled', actionId);
  const aborted = once(stage.model.events, 'aborted').then(() => performance.now());
  const onPart = (parts: number): Reaction => (parts === WORDS ? 'stop' : 'read');
  const answer = await typeAnswer(stream, screen, { onPart });
  // A real language model may write less.
  if (answer) return screen.line('  It was complete before.');
  const [leftMs, leftAtMs] = [performance.now(), Date.now()];
  await stream.return();
  const patience = { waitingFor: 'the stop to arrive', ms: ARRIVAL_MS };
  const { service, timeMs } = await withDeadline(patience, async () => cancelled);
  screen.line(`  ■ the caller has left after ${WORDS} words`);
  if (stage.usesStandIn) {
    const abortedMs = (await withDeadline(patience, async () => aborted)) - leftMs;
    screen.line(`    model: its HTTP request was closed after ${duration(abortedMs)}`);
  }
  // The log has whole milliseconds.
  const settledMs = Math.max(1, timeMs - leftAtMs);
  screen.line(
    `    ${titleOf(service)}: its handler ended as cancelled after ${Math.round(settledMs)} ms`,
  );
}
