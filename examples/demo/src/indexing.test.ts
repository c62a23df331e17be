import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import type { indexDocuments } from '@nooble-examples/contracts';
import type { ActionData, DomainAction } from '@nooble/models';
import { expect, it } from 'vitest';
import { showIndexing } from './indexing.ts';
import { Screen } from './screen.ts';
import type { Stage } from './stage.ts';

type IndexAction = DomainAction<ActionData<typeof indexDocuments>>;

/** Fakes both services: returns one passage per document, or the outcome named by its id. */
function stageOf(): Stage {
  const events = new EventEmitter();
  const enqueue = async ({ data, taskId }: IndexAction): Promise<void> => {
    const id = data.documents[0]?.id;
    if (id === 'refused.md') throw new Error('too large');
    const result = { collection: 'docs', documents: 1, passages: 1 };
    const answer =
      id === 'failing.md'
        ? { status: 'dead', error: { message: 'no vectors' } }
        : { status: 'done', result };
    setImmediate(() => events.emit('indexed', answer, taskId));
  };
  return { events, queues: { enqueue }, answerQueue: () => 'demo:globex:enterprise' } as never;
}

async function index(ids: readonly string[]): Promise<string> {
  const out = new PassThrough();
  const documents = ids.map((id) => ({ id, title: id, text: 'Text.' }));
  const leftOut = [{ path: 'gone.md', reason: 'it is gone' }];
  await showIndexing(stageOf(), new Screen(out as never), { documents, leftOut });
  return String(out.read());
}

it('indexes the other documents if one is refused or fails, and lists it', async () => {
  const output = await index(['a.md', 'refused.md', 'failing.md', 'b.md']);
  expect(output).toContain('documents 4/4\n');
  expect(output).toContain('Skipped: gone.md: it is gone\n');
  expect(output).toContain('Skipped: refused.md: too large\n');
  expect(output).toContain('Skipped: failing.md: no vectors\n');
  expect(output).toContain('2 passages have vectors\n');
});

it('stops if no document can be indexed', async () => {
  await expect(index(['failing.md'])).rejects.toThrow('Indexing failed: failing.md: no vectors');
});
