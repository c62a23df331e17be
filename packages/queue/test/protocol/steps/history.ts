import fc from 'fast-check';
import { expect } from 'vitest';
import { commandOf, type ProtocolCommand, type Stage } from '../step.ts';
import { lineOf } from '../world-history.ts';

/** A recorder stores all endings; or it dies before it has removed them, and they are handed out again. */
export const recordEndings: fc.Arbitrary<ProtocolCommand> = fc.boolean().map((dies) =>
  commandOf({
    text: `a recorder stores the endings${dies ? ', and dies before it has removed them' : ''}`,
    act: async (stage) => store(stage, dies),
  }),
);

async function store({ model, world }: Stage, dies: boolean): Promise<void> {
  const [batch] = await world.queues.endings('embedding').read({ patienceMs: 0 });
  const kept = model.history.isKept ? model.history.entries : [];
  const lines = batch?.entries.map(lineOf) ?? [];
  expect(lines.toSorted(), 'endings handed out').toEqual(kept.toSorted());
  if (dies) return;
  await batch?.done();
  model.history.entries = [];
}
