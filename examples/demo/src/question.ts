import { generateAnswer, generateEmbeddings, type Answered } from '@nooble-examples/contracts';
import { newId } from '@nooble/models';
import { withDeadline } from './deadline.ts';
import { haveEnded, inOrderOfTime, type Flow } from './flow.ts';
import { duration } from './layout.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { COLLECTION, TENANTS } from './tenants.ts';
import { typeAnswer, type Reaction } from './type-answer.ts';

/** The question, and the request for its vector. */
const STEPS = [generateAnswer.type, generateEmbeddings.type];
const LOGS_MS = 5_000;

/** Asks one question, writes the answer as it arrives, and shows every action on its way. */
export async function showQuestion(stage: Stage, screen: Screen, query: string): Promise<void> {
  screen.heading(`Asking: ${query}`);
  const taskId = newId();
  const flows = watchTask(stage, taskId);
  const startedMs = performance.now();
  let [firstMs, words] = [0, 0];
  const data = { collection: COLLECTION, query, top_k: 5 };
  const stream = stage.queues
    .tenant(TENANTS.enterprise)
    .stream(generateAnswer, data, { taskId, onRestart: 'restart' });
  const onPart = (parts: number): Reaction => {
    if (parts === 1) firstMs = performance.now() - startedMs;
    words = parts;
    return 'read';
  };
  const answer = await typeAnswer(stream, screen, { onPart }).catch(async (error: Error) => {
    await untilLogged(flows.complete);
    showFlows(screen, flows.seen);
    throw new Error(`The question failed: ${error.message}`, { cause: error });
  });
  const allMs = performance.now() - startedMs;
  if (answer) showSources(screen, answer);
  screen.faint(`  First word after ${duration(firstMs)}, ${words} words in ${duration(allMs)}`);
  await untilLogged(flows.complete);
  showFlows(screen, flows.seen);
}

/** Waits for the logs of the services, which may arrive after the answer. Steps that are not logged are not shown. */
async function untilLogged(complete: Promise<void>): Promise<void> {
  const patience = { waitingFor: 'the logs of the services', ms: LOGS_MS };
  await withDeadline(patience, async () => complete).catch(() => undefined);
}

/** Collects the flows of a task; `complete` resolves when all steps have ended. */
function watchTask(stage: Stage, taskId: string): { seen: Flow[]; complete: Promise<void> } {
  const seen: Flow[] = [];
  const complete = new Promise<void>((resolve) => {
    stage.events.on('flow', (flow) => {
      if (flow.taskId !== taskId) return;
      seen.push(flow);
      if (haveEnded(seen, STEPS)) resolve();
    });
  });
  return { seen, complete };
}

function showFlows(screen: Screen, flows: readonly Flow[]): void {
  screen.flowHeader();
  for (const flow of inOrderOfTime(flows, STEPS)) screen.flow(flow);
}

function showSources(screen: Screen, { sources }: Answered): void {
  screen.line();
  for (const [index, { title, document_id, score }] of sources.entries()) {
    screen.line(`  [${index + 1}] ${title} (${document_id}), similarity ${score.toFixed(2)}`);
  }
}
