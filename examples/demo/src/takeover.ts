import { generateAnswer, generateEmbeddings, searchPassages } from '@nooble-examples/contracts';
import { newId } from '@nooble/models';
import { duration } from './layout.ts';
import type { Screen } from './screen.ts';
import { titleOf, type ServiceProcess } from './service-process.ts';
import type { Stage } from './stage.ts';
import { recite } from './stand-in-answer.ts';
import { COLLECTION, TENANTS } from './tenants.ts';
import { typeAnswer, type Reaction } from './type-answer.ts';

/** Number of words after which the service is killed. */
const WORDS = 14;

/** Kills the query service in the middle of an answer: the other one takes over, and the caller reads on. */
export async function showTakeover(stage: Stage, screen: Screen, ask: string): Promise<void> {
  screen.heading('A third answer; its service is killed with SIGKILL in the middle');
  const taskId = newId();
  let embeddings = 0;
  stage.events.on('flow', (flow) => {
    if (flow.taskId === taskId && flow.type === generateEmbeddings.type) embeddings += 1;
  });
  const data = { collection: COLLECTION, query: recite(40, ask), top_k: 3 };
  const stream = stage.queues
    .tenant(TENANTS.enterprise)
    .stream(generateAnswer, data, { taskId, onRestart: 'restart' });
  const { actionId } = stream.ref;
  let [killedMs, victim]: [number, ServiceProcess | undefined] = [0, undefined];
  const onPart = async (parts: number): Promise<Reaction> => {
    if (parts !== WORDS) return 'read';
    ({ service: victim } = await stage.startOf(actionId));
    killedMs = Date.now();
    await victim.kill();
    screen.line(`  ✗ ${titleOf(victim)} was killed`);
    await showSearch(stage, screen, ask);
    return 'skip';
  };
  const onRestart = async (): Promise<void> => {
    const { service, timeMs } = await stage.startOf(actionId, victim);
    screen.line(`  ↻ ${titleOf(service)} took over ${duration(timeMs - killedMs)} after that:`);
  };
  const answer = await typeAnswer(stream, screen, { onPart, onRestart });
  // A real language model may write less.
  if (!victim) return screen.line('  It was complete before.');
  const count = answer?.answer.split(/\s+/).length ?? 0;
  screen.line(`  ✓ complete, ${count} words; the caller only read on`);
  const computed = embeddings === 1 ? 'once: the second attempt had it in its journal' : 'again';
  screen.faint(`  The vector of the question was computed ${computed}.`);
}

/** Searches for another tenant. The service that serves it then looks at the lease of the killed one. */
async function showSearch(stage: Stage, screen: Screen, query: string): Promise<void> {
  const startedMs = performance.now();
  const data = { collection: COLLECTION, query };
  await stage.queues.tenant(TENANTS.professional).request(searchPassages, data);
  const ms = duration(performance.now() - startedMs);
  screen.line(`    meanwhile the other process served a search of another tenant in ${ms}`);
}
