// Runs the actions of all levels of a tree. Each sends its children and then waits until it is aborted.
import type { DomainAction } from '@nooble/models';
import { ActionProcessor, BaseWorker, type ActionContext } from '@nooble/worker';
import { Journal } from '../journal/journal.ts';
import { readProgramOptions } from '../load/program-options.ts';
import { BRANCHES, TREE_LEVELS } from '../load/tree-actions.ts';
import { exitWithParent } from '../schedule/exit-with-parent.ts';

const { redis, prefix, journal: folder, leaseMs, concurrency } = readProgramOptions();
const journal = new Journal(folder);
exitWithParent();

/** Each promise uses a separate lease, so the warning that leases differ is expected. */
const onWarning = (): void => undefined;

for (const [index, definition] of TREE_LEVELS.entries()) {
  const level = index + 1;
  const next = TREE_LEVELS[level];
  const handle = async (
    { actionId: id, data: { tree } }: DomainAction<{ tree: string }>,
    ctx: ActionContext,
  ): Promise<void> => {
    const { signal } = ctx;
    const aborted = new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    const entry = { id, tree, level };
    void aborted.then(() => journal.write({ event: 'aborted', ...entry }));
    journal.write({ event: 'begun', ...entry });
    const children = next ? Array.from({ length: level === 1 ? BRANCHES : 1 }, () => next) : [];
    // A child of a cancelled action is refused.
    await Promise.allSettled(children.map(async (child) => ctx.enqueue(child, { tree })));
    await aborted;
  };
  const processor = new ActionProcessor().register(definition, handle, { attempts: 1 });
  const settings = { redis, prefix, leaseMs, concurrency, maxStalls: 50, onWarning };
  await new BaseWorker({ ...settings, processor, logger: false }).start();
}
