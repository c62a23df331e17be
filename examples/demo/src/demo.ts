import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { showApproval } from './approval.ts';
import { showConversation } from './conversation.ts';
import { readDocuments, type Documents } from './documents.ts';
import { showFairness } from './fairness.ts';
import type { Extras } from './full/extras.ts';
import { showIndexing } from './indexing.ts';
import type { DemoOptions } from './options.ts';
import { showQuestion } from './question.ts';
import { showRateLimit } from './rate-limit.ts';
import { openRedis, type DemoRedis } from './redis.ts';
import type { Screen } from './screen.ts';
import { Stage } from './stage.ts';
import { showStop } from './stop.ts';
import { showTakeover } from './takeover.ts';

/** Without the generated reference, which has more pages than all other documents and would make the demo slow. */
const REPOSITORY = {
  folder: fileURLToPath(new URL('../../../', import.meta.url)),
  except: 'docs/reference',
};

/** Runs the whole demo. Everything it started has ended when the promise settles. */
export async function playDemo(
  { docs, ask, full }: DemoOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  // npm runs scripts in the package's folder; resolve paths from the user's working directory.
  const from = process.env['INIT_CWD'] ?? process.cwd();
  const documents = await readDocuments(
    docs === undefined ? REPOSITORY : { folder: resolve(from, docs) },
  );
  signal.throwIfAborted();
  const redis = await openRedis(screen);
  const prefix = `nooble-demo-${randomBytes(4).toString('hex')}`;
  try {
    signal.throwIfAborted();
    const play = { redis, prefix, screen, ask, documents, signal };
    await (full ? playWithExtras(play) : playOn(play));
  } finally {
    await redis.leave(prefix);
  }
  screen.heading(`Done in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
}

interface Play {
  readonly redis: DemoRedis;
  readonly prefix: string;
  readonly screen: Screen;
  readonly ask: string;
  readonly documents: Documents;
  readonly signal: AbortSignal;
  readonly extras?: Extras;
}

/** Loads what it adds only if it is wanted. */
async function playWithExtras(play: Play): Promise<void> {
  const { Extras } = await import('./full/extras.ts');
  const { redis, prefix, screen, signal } = play;
  const extras = await Extras.open(screen, { redis: redis.url, prefix }, signal);
  try {
    signal.throwIfAborted();
    await playOn({ ...play, extras });
  } finally {
    await extras.leave();
  }
}

/** Ends with the last part, on an interruption, or when a service dies. */
async function playOn({ signal, ...play }: Play): Promise<void> {
  const stage = new Stage({
    redis: play.redis.url,
    prefix: play.prefix,
    more: play.extras?.services,
  });
  const died = new Promise<never>((_resolve, reject) => stage.events.once('died', reject));
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
  for (const each of [died, interrupted]) each.catch(() => undefined);
  try {
    await Promise.race([playActs(stage, play), interrupted, died]);
    await Promise.race([play.extras?.stay(play.screen, signal), died]);
  } finally {
    await stage.close();
  }
}

async function playActs(stage: Stage, play: Omit<Play, 'signal'>): Promise<void> {
  const { redis, screen, ask, documents, extras } = play;
  await stage.open();
  await extras?.begin(stage, screen);
  showStage(stage, screen);
  await showIndexing(stage, screen, documents);
  await showQuestion(stage, screen, ask);
  await showStop(stage, screen, ask);
  await showConversation(stage, screen, ask);
  await showTakeover(stage, screen, ask);
  await showApproval(stage, screen);
  const flood = redis.small ? { free: 60, others: 4 } : { free: 400, others: 10 };
  await showFairness(stage, screen, flood);
  await showRateLimit(stage, screen);
  await extras?.play({ stage, screen, ask, small: redis.small });
}

function showStage({ services, usesStandIn }: Stage, screen: Screen): void {
  const gateway = services.some(({ name }) => name === 'gateway') ? ', gateway' : '';
  screen.field('Services', `embedding-service, query-service twice${gateway}; each is a process`);
  for (const { url } of services) screen.faint(`           ${url}/ready`);
  const standIn = 'a stand-in that sends sentences of the sources, word by word';
  screen.field('Model', usesStandIn ? standIn : 'the one of QUERY_LLM_BASE_URL');
}
