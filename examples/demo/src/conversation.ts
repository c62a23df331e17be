import { generateAnswer } from '@nooble-examples/contracts';
import { newId } from '@nooble/models';
import { collectFlows } from './collect-flows.ts';
import { withDeadline } from './deadline.ts';
import type { Flow } from './flow.ts';
import { duration } from './layout.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { recite } from './stand-in-answer.ts';
import { COLLECTION, TENANTS } from './tenants.ts';

/** Covers three attempts of a slow language model. */
const ANSWERS_MS = 120_000;
/** Length of an answer (words). */
const WORDS = 20;
const MESSAGES = [
  { sessionId: 'chat-1', title: 'first message' },
  { sessionId: 'chat-1', title: 'second message' },
  { sessionId: 'chat-2', title: 'another session' },
] as const;

/** Sends two messages of one session at once, and one of another session: those of a session run in order. */
export async function showConversation(stage: Stage, screen: Screen, ask: string): Promise<void> {
  screen.heading('Two messages of one session at once, and one of another session');
  const patience = { waitingFor: 'the answers', ms: ANSWERS_MS };
  const sent = MESSAGES.map((message) => ({ ...message, actionId: newId() }));
  const sentMs = Date.now();
  const flows = await withDeadline(patience, async () => {
    const ids = sent.map(({ actionId }) => actionId);
    const ended = collectFlows(stage, ids);
    const data = { collection: COLLECTION, query: recite(WORDS, ask), top_k: 3 };
    const tenant = stage.queues.tenant(TENANTS.enterprise);
    // One after another, because calls that are made together may be admitted in any order.
    for (const { actionId, sessionId } of sent) {
      await tenant.enqueue(generateAnswer, data, { actionId, sessionId, sequence: 'session' });
    }
    return ended;
  });
  for (const { startedMs, runningMs, actionId } of inOrderOfStart(flows)) {
    const message = sent.find((each) => each.actionId === actionId);
    const [started, done] = [startedMs - sentMs, startedMs + runningMs - sentMs].map(duration);
    screen.line(
      `  ${message?.sessionId}  ${message?.title.padEnd(16)} ` +
        `started after ${started?.padStart(7)}, done after ${done?.padStart(7)}`,
    );
  }
}

function inOrderOfStart(flows: readonly Flow[]): Flow[] {
  return flows.toSorted((a, b) => a.startedMs - b.startedMs);
}
