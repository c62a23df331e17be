import { indexDocuments, type Indexed } from '@nooble-examples/contracts';
import type { CallbackData } from '@nooble/models';
import { withDeadline } from './deadline.ts';
import type { Document } from './documents.ts';
import { inOrderOfTime, type Flow } from './flow.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { COLLECTION, TENANTS } from './tenants.ts';

/** Actions shown one by one before the progress bar takes over. */
const SHOWN = 5;
const DOCUMENT_MS = 60_000;

/** Indexes documents for the enterprise tenant, one action each; answers how many passages there are. */
export async function showIndexing(
  stage: Stage,
  screen: Screen,
  documents: readonly Document[],
): Promise<number> {
  screen.heading(`Indexing ${documents.length} documents`);
  const first = showFirst(stage, screen);
  const passages = await indexAll(stage, documents, (done) => {
    if (done === documents.length) first.end();
    if (first.shown()) screen.progress('documents', { done, all: documents.length });
  });
  screen.faint(`  ${passages} passages have their vectors`);
  return passages;
}

/** Shows the first few actions, once there are so many or all is over; two processes tell of them in any order. */
function showFirst(stage: Stage, screen: Screen): { shown: () => boolean; end: () => void } {
  const flows: Flow[] = [];
  let shown = false;
  const end = (): void => {
    if (shown) return;
    shown = true;
    stage.events.off('flow', collect);
    screen.flowHeader();
    for (const flow of inOrderOfTime(flows)) screen.flow(flow);
  };
  const collect = (flow: Flow): void => {
    flows.push(flow);
    if (flows.length === SHOWN) end();
  };
  stage.events.on('flow', collect);
  return { shown: () => shown, end };
}

async function indexAll(
  stage: Stage,
  documents: readonly Document[],
  onDone: (done: number) => void,
): Promise<number> {
  const tenant = TENANTS.enterprise;
  const answerQueue = stage.answerQueue(tenant);
  const actions = documents.map((document) =>
    indexDocuments.create({
      ...tenant,
      data: { collection: COLLECTION, documents: [document], answer_queue: answerQueue },
    }),
  );
  const patience = { waitingFor: 'the documents', ms: DOCUMENT_MS };
  return withDeadline(patience, async (progress) => {
    const passages = sumOfPassages(stage, documents.length, (done) => {
      progress();
      onDone(done);
    });
    await Promise.all(actions.map(async (action) => stage.queues.enqueue(action)));
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
