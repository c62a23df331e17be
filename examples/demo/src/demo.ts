import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDocuments } from './documents.ts';
import { showFairness } from './fairness.ts';
import { showIndexing } from './indexing.ts';
import type { DemoOptions } from './options.ts';
import { showQuestion } from './question.ts';
import { showRateLimit } from './rate-limit.ts';
import { openRedis } from './redis.ts';
import type { Screen } from './screen.ts';
import { Stage } from './stage.ts';

const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Plays all acts; everything it started has ended when it resolves or rejects. */
export async function playDemo(
  { docs, ask }: DemoOptions,
  screen: Screen,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  // npm runs scripts in the package's folder; a path is meant from where the user stands.
  const from = process.env['INIT_CWD'] ?? process.cwd();
  const documents = await readDocuments(docs === undefined ? REPOSITORY : resolve(from, docs));
  const redis = await openRedis(screen);
  const prefix = `nooble-demo-${randomBytes(4).toString('hex')}`;
  const stage = new Stage({ redis: redis.url, prefix });
  const interrupted = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    stage.events.once('died', reject);
  });
  interrupted.catch(() => undefined);
  try {
    await Promise.race([
      playActs({ stage, screen, ask, documents, small: redis.small }),
      interrupted,
    ]);
  } finally {
    await stage.close();
    await redis.stop();
  }
  screen.heading(`Done in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
}

interface Acts {
  readonly stage: Stage;
  readonly screen: Screen;
  readonly ask: string;
  readonly documents: Awaited<ReturnType<typeof readDocuments>>;
  readonly small: boolean;
}

async function playActs({ stage, screen, ask, documents, small }: Acts): Promise<void> {
  await stage.open();
  screen.line('Services   embedding-service and query-service, each a process of its own');
  await showIndexing(stage, screen, documents);
  await showQuestion(stage, screen, ask);
  await showFairness(stage, screen, small ? { free: 60, others: 4 } : { free: 400, others: 10 });
  await showRateLimit(stage, screen);
}
