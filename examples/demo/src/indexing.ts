import { setTimeout as wait } from 'node:timers/promises';
import { generateEmbeddings, indexDocuments, type Indexed } from '@nooble-examples/contracts';
import { callbackTypeOf, type CallbackData, type DomainAction } from '@nooble/models';
import { withDeadline } from './deadline.ts';
import type { Document } from './documents.ts';
import { haveEnded, inOrderOfTime, type Flow } from './flow.ts';
import type { Screen } from './screen.ts';
import { DOMAIN, type Stage } from './stage.ts';
import { COLLECTION, TENANTS } from './tenants.ts';

/** A large document has more steps. */
const SHOWN = 8;
const DOCUMENT_MS = 60_000;
/** An answer may be here before the logs have told of its last step, which they do soon. */
const LOG_MS = 2_000;
const STEPS = [
  indexDocuments.type,
  generateEmbeddings.type,
  callbackTypeOf(generateEmbeddings.type, 'query'),
  callbackTypeOf(indexDocuments.type, DOMAIN),
];

/** Indexes documents for the enterprise tenant, one action each; answers how many passages there are. */
export async function showIndexing(
  stage: Stage,
  screen: Screen,
  documents: readonly Document[],
): Promise<number> {
  screen.heading(`Indexing ${documents.length} documents; the way of the first one:`);
  const actions = actionsOf(stage, documents);
  const first = showTask(stage, screen, actions[0]?.taskId);
  const all = documents.length;
  const passages = await indexAll(stage, actions, (done) => {
    if (first.shown() && done < all) screen.progress('documents', { done, all });
  });
  await Promise.race([first.whole, wait(LOG_MS, undefined, { ref: false })]);
  first.end();
  screen.progress('documents', { done: all, all });
  screen.faint(`  ${passages} passages have their vectors`);
  return passages;
}

function actionsOf(stage: Stage, documents: readonly Document[]): DomainAction[] {
  const tenant = TENANTS.enterprise;
  const answerQueue = stage.answerQueue(tenant);
  return documents.map((document) =>
    indexDocuments.create({
      ...tenant,
      data: { collection: COLLECTION, documents: [document], answer_queue: answerQueue },
    }),
  );
}

/** Shows the steps of a task once it is over; the logs of two processes tell of them in any order. */
function showTask(
  stage: Stage,
  screen: Screen,
  taskId: string | undefined,
): { shown: () => boolean; whole: Promise<void>; end: () => void } {
  const flows: Flow[] = [];
  let shown = false;
  let resolve: (() => void) | undefined;
  const whole = new Promise<void>((done) => (resolve = done));
  const end = (): void => {
    if (shown) return;
    shown = true;
    resolve?.();
    stage.events.off('flow', collect);
    screen.flowHeader();
    for (const flow of inOrderOfTime(flows, STEPS).slice(0, SHOWN)) screen.flow(flow);
  };
  const collect = (flow: Flow): void => {
    if (flow.taskId !== taskId) return;
    flows.push(flow);
    if (haveEnded(flows, STEPS)) end();
  };
  stage.events.on('flow', collect);
  return { shown: () => shown, whole, end };
}

async function indexAll(
  stage: Stage,
  actions: readonly DomainAction[],
  onDone: (done: number) => void,
): Promise<number> {
  const patience = { waitingFor: 'the documents', ms: DOCUMENT_MS };
  return withDeadline(patience, async (progress) => {
    const passages = sumOfPassages(stage, actions.length, (done) => {
      progress();
      onDone(done);
    });
    const sent = Promise.all(actions.map(async (action) => stage.queues.enqueue(action)));
    await Promise.race([passages, sent]);
    return passages;
  });
}

/** Resolves when so many documents are indexed. Rejects at the first one that could not be. */
async function sumOfPassages(
  stage: Stage,
  documents: number,
  onDone: (done: number) => void,
): Promise<number> {
  let done = 0;
  let passages = 0;
  return new Promise((resolve, reject) => {
    const take = (answer: CallbackData<Indexed>): void => {
      if (answer.status !== 'done') {
        return reject(new Error(`Indexing failed: ${answer.error.message}`));
      }
      done += 1;
      passages += answer.result.passages;
      onDone(done);
      if (done === documents) resolve(passages);
    };
    stage.events.on('indexed', take);
  });
}
