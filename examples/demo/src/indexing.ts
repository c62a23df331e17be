import { setTimeout as wait } from 'node:timers/promises';
import { generateEmbeddings, indexDocuments, type Indexed } from '@nooble-examples/contracts';
import { callbackTypeOf, type CallbackData, type DomainAction } from '@nooble/models';
import { withDeadline } from './deadline.ts';
import type { Document, Documents, LeftOut } from './documents.ts';
import { haveEnded, inOrderOfTime, type Flow } from './flow.ts';
import type { Screen } from './screen.ts';
import { DOMAIN, type Stage } from './stage.ts';
import { COLLECTION, TENANTS } from './tenants.ts';

/** Maximum number of steps shown; a large document has more. */
const SHOWN = 8;
/** Maximum number of skipped files listed individually. */
const NAMED = 10;
const DOCUMENT_MS = 60_000;
/** Maximum wait (ms) for the logs of the last steps, which may arrive after the answer. */
const LOG_MS = 2_000;
const STEPS = [
  indexDocuments.type,
  // Internal to the query service, and therefore not in the contracts.
  'query.index-part',
  generateEmbeddings.type,
  callbackTypeOf(indexDocuments.type, DOMAIN),
];

/** Indexes documents for the enterprise tenant, one action each, and lists skipped files. */
export async function showIndexing(
  stage: Stage,
  screen: Screen,
  { documents, leftOut }: Documents,
): Promise<void> {
  screen.heading(`Indexing ${documents.length} documents; path of the first one:`);
  const wanted = actionsOf(stage, documents);
  const first = showTask(stage, screen, wanted[0]?.action.taskId);
  const all = documents.length;
  const { passages, failed } = await indexAll(stage, wanted, (done) => {
    if (first.shown() && done < all) screen.progress('documents', { done, all });
  });
  await Promise.race([first.whole, wait(LOG_MS, undefined, { ref: false })]);
  first.end();
  screen.progress('documents', { done: all, all });
  showLeftOut(screen, [...leftOut, ...failed]);
  screen.faint(`  ${passages} passages have vectors`);
}

function showLeftOut(screen: Screen, leftOut: readonly LeftOut[]): void {
  for (const { path, reason } of leftOut.slice(0, NAMED)) {
    screen.line(`  Skipped: ${path}: ${reason}`);
  }
  if (leftOut.length > NAMED) screen.line(`  Skipped: ${leftOut.length - NAMED} more`);
}

/** A document, and the action that indexes it. */
interface Wanted {
  readonly path: string;
  readonly action: DomainAction;
}

function actionsOf(stage: Stage, documents: readonly Document[]): Wanted[] {
  const tenant = TENANTS.enterprise;
  const callbackQueue = stage.answerQueue(tenant);
  return documents.map((document) => ({
    path: document.id,
    action: indexDocuments.create({
      ...tenant,
      callbackQueue,
      data: { collection: COLLECTION, documents: [document] },
    }),
  }));
}

/** Shows the steps of a task once it has ended; the logs of the two processes arrive in any order. */
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

interface Outcome {
  readonly passages: number;
  readonly failed: readonly LeftOut[];
}

/** Throws an Error if no document could be indexed. */
async function indexAll(
  stage: Stage,
  wanted: readonly Wanted[],
  onDone: (done: number) => void,
): Promise<Outcome> {
  const patience = { waitingFor: 'the documents', ms: DOCUMENT_MS };
  const outcome = await withDeadline(patience, async (progress) =>
    sendAll(stage, wanted, (done) => {
      progress();
      onDone(done);
    }),
  );
  const [first] = outcome.failed;
  if (first && outcome.failed.length === wanted.length) {
    throw new Error(`Indexing failed: ${first.path}: ${first.reason}`);
  }
  return outcome;
}

/** Resolves when every document is indexed or has failed; a failed document does not stop the others. */
async function sendAll(
  stage: Stage,
  wanted: readonly Wanted[],
  onDone: (done: number) => void,
): Promise<Outcome> {
  const missing = new Map(wanted.map(({ path, action }) => [action.taskId, path]));
  const failed: LeftOut[] = [];
  let passages = 0;
  return new Promise((resolve) => {
    const end = (taskId: string, outcome: { passages: number } | { reason: string }): void => {
      const path = missing.get(taskId);
      if (path === undefined) return;
      missing.delete(taskId);
      if ('reason' in outcome) failed.push({ path, reason: outcome.reason });
      else passages += outcome.passages;
      onDone(wanted.length - missing.size);
      if (missing.size > 0) return;
      stage.events.off('indexed', take);
      resolve({ passages, failed });
    };
    const take = (answer: CallbackData<Indexed>, taskId: string): void =>
      end(taskId, answer.status === 'done' ? answer.result : { reason: answer.error.message });
    stage.events.on('indexed', take);
    for (const { action } of wanted) {
      stage.queues
        .enqueue(action)
        .catch((error: Error) => end(action.taskId, { reason: error.message }));
    }
  });
}
