import { indexDocuments } from '@nooble-examples/contracts';
import type { Document } from './documents.ts';
import type { Flow } from './flow.ts';
import type { Screen } from './screen.ts';
import type { Stage } from './stage.ts';
import { COLLECTION, TENANTS } from './tenants.ts';

/** Actions shown one by one before the progress bar takes over. */
const SHOWN = 5;

/** Indexes documents for the enterprise tenant, one action each; answers how many passages there are. */
export async function showIndexing(
  stage: Stage,
  screen: Screen,
  documents: readonly Document[],
): Promise<number> {
  screen.heading(`Indexing ${documents.length} documents`);
  screen.flowHeader();
  let shown = 0;
  const show = (flow: Flow): void => {
    if (shown < SHOWN) screen.flow(flow);
    shown += 1;
  };
  stage.events.on('flow', show);
  const passages = await indexAll(stage, documents, (done) => {
    if (shown >= SHOWN || done === documents.length)
      screen.progress('documents', { done, all: documents.length });
  });
  stage.events.off('flow', show);
  screen.faint(`  ${passages} passages have their vectors`);
  return passages;
}

async function indexAll(
  stage: Stage,
  documents: readonly Document[],
  onDone: (done: number) => void,
): Promise<number> {
  const tenant = TENANTS.enterprise;
  const finished = new Promise<number>((resolve, reject) => {
    let done = 0;
    let passages = 0;
    stage.events.on('indexed', (answer) => {
      if (answer.status !== 'done')
        return reject(new Error(`Indexing failed: ${answer.error.message}`));
      done += 1;
      passages += answer.result.passages;
      onDone(done);
      if (done === documents.length) resolve(passages);
    });
  });
  const answerQueue = stage.answerQueue(tenant);
  const actions = documents.map((document) =>
    indexDocuments.create({
      ...tenant,
      data: { collection: COLLECTION, documents: [document], answer_queue: answerQueue },
    }),
  );
  await Promise.all(actions.map(async (action) => stage.queues.enqueue(action)));
  return finished;
}
