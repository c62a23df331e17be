import { once } from 'node:events';
import { generateAnswer, generateEmbeddings, type Answered } from '@nooble-examples/contracts';
import { callbackTypeOf, type CallbackData } from '@nooble/models';
import { withDeadline } from './deadline.ts';
import { haveEnded, inOrderOfTime, type Flow } from './flow.ts';
import type { Screen } from './screen.ts';
import { DOMAIN, type Stage } from './stage.ts';
import { COLLECTION, TENANTS } from './tenants.ts';

/** The question, the request for its vector, and the answer. */
const STEPS = [
  generateAnswer.type,
  generateEmbeddings.type,
  callbackTypeOf(generateAnswer.type, DOMAIN),
];
/** Covers three attempts of a slow language model. */
const ANSWER_MS = 120_000;
const LOGS_MS = 5_000;

/** Asks one question and shows every action on its way to the answer. */
export async function showQuestion(stage: Stage, screen: Screen, query: string): Promise<void> {
  const tenant = TENANTS.enterprise;
  screen.heading(`Asking: ${query}`);
  const data = { collection: COLLECTION, query, top_k: 5 };
  const callbackQueue = stage.answerQueue(tenant);
  const action = generateAnswer.create({ ...tenant, callbackQueue, data });
  const flows = watchTask(stage, action.taskId);
  const answered = once(stage.events, 'answered') as Promise<[CallbackData<Answered>]>;
  await stage.queues.enqueue(action);
  const patience = { waitingFor: 'the answer', ms: ANSWER_MS };
  const [answer] = await withDeadline(patience, async () => answered);
  await untilLogged(flows.complete);
  screen.flowHeader();
  for (const flow of inOrderOfTime(flows.seen, STEPS)) screen.flow(flow);
  if (answer.status !== 'done') throw new Error(`The question failed: ${answer.error.message}`);
  showAnswer(screen, answer.result);
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

function showAnswer(screen: Screen, { answer, sources, model }: Answered): void {
  screen.line(`\n${answer}\n`);
  for (const [index, { title, document_id, score }] of sources.entries()) {
    screen.line(`  [${index + 1}] ${title} (${document_id}), similarity ${score.toFixed(2)}`);
  }
  if (model === 'none') return;
  const by =
    model === 'extractive' ? 'sentences of the sources; no language model is configured' : model;
  screen.faint(`  Answered by ${by}.`);
}
