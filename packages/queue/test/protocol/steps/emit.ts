import fc from 'fast-check';
import { expect } from 'vitest';
import { pickClaim, worker } from '../picks.ts';
import { commandOf, type ProtocolCommand } from '../step.ts';

const chunks = fc.record({
  nth: fc.nat(12),
  stale: fc.constantFrom(false, false, true),
  count: fc.integer({ min: 1, max: 3 }),
  /** The answer to the last chunks was lost, so that the worker emits them again. */
  again: fc.boolean(),
});

/** Handlers emit chunks, some of them under a claim that is no longer valid, and some a second time. */
export const emit: fc.Arbitrary<ProtocolCommand> = fc
  .tuple(worker, chunks)
  .map(([worker, { count, again, ...pick }]) =>
    commandOf({
      text: `worker ${worker} emits${again ? ' again' : ''}`,
      isPossible: ({ claims }) => claims.length > 0,
      act: async ({ model, world, note }) => {
        const claim = pickClaim(model, pick);
        const index = claim ? model.claims.indexOf(claim) : -1;
        const lease = world.claimed[index]?.lease;
        if (!claim || !lease) return;
        const next = (claim.emitted?.first ?? 1) + (claim.emitted?.texts.length ?? 0);
        const numbers = Array.from({ length: count }, (_, at) => next + at);
        const fresh = { first: next, texts: numbers.map((n) => `"${index}-${n}"`) };
        const given = again ? (claim.emitted ?? fresh) : fresh;
        claim.emitted = given;
        const held = model.streams.emit(claim, given, model.nowMs);
        note(`${given.texts.join()} of ${claim.action.id} → ${held ? 'stored' : 'lost'}`);
        const { broker } = world.worker(worker);
        const { first, texts } = given;
        const result = await broker.emit({ lease, first, chunks: texts, readers: [] });
        expect(result).toEqual({ held, followers: [] });
      },
    }),
  );
