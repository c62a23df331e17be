import { once } from 'node:events';
import { generateAnswer, type Answered } from '@nooble-examples/contracts';
import type { CallbackData } from '@nooble/models';
import type { Flow } from './flow.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { COLLECTION, TENANTS } from './tenants.ts';

/** The question, the request for its vector, the callback with it, and the answer. */
const STEPS = 4;

/** Asks one question and shows every action on its way to the answer. */
export async function showQuestion(stage: Stage, screen: Screen, query: string): Promise<void> {
  const tenant = TENANTS.enterprise;
  screen.heading(`Asking: ${query}`);
  const data = { collection: COLLECTION, query, answer_queue: stage.answerQueue(tenant), top_k: 3 };
  const action = generateAnswer.create({ ...tenant, data });
  const answered = once(stage.events, 'answered') as Promise<[CallbackData<Answered>]>;
  const flowed = showFlows(stage, screen, action.taskId);
  await stage.queues.enqueue(action);
  const [[answer]] = await Promise.all([answered, flowed]);
  if (answer.status !== 'done') throw new Error(`There is no answer: ${answer.error.message}`);
  showAnswer(screen, answer.result);
}

/** Resolves when all steps of the task were shown; the logs of two processes come in any order. */
async function showFlows(stage: Stage, screen: Screen, taskId: string): Promise<void> {
  screen.flowHeader();
  let shown = 0;
  await new Promise<void>((resolve) => {
    const show = (flow: Flow): void => {
      if (flow.taskId !== taskId) return;
      screen.flow(flow);
      shown += 1;
      if (shown < STEPS) return;
      stage.events.off('flow', show);
      resolve();
    };
    stage.events.on('flow', show);
  });
}

function showAnswer(screen: Screen, { answer, sources, model }: Answered): void {
  const by =
    model === 'extractive' ? 'sentences of the sources; no language model is set up' : model;
  screen.line(`\n${answer}\n`);
  for (const [index, { title, document_id, score }] of sources.entries()) {
    screen.line(`  [${index + 1}] ${title} (${document_id}), similarity ${score.toFixed(2)}`);
  }
  screen.faint(`  Answered by ${by}.`);
}
