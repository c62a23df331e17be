import { fromWireError, isWireError } from '../../packages/errors/src/index.ts';
import { encodeAction, TIERS, type DomainAction } from '../../packages/models/src/index.ts';
import fc from 'fast-check';
import { expect } from 'vitest';
import { deliveryOf, errorOfNote, messageOf } from '../../packages/queue/src/delivery/delivery.ts';
import {
  parseRun,
  parseStored,
  storedWithoutArrival,
} from '../../packages/queue/src/protocol/header.ts';
import { decodeEntry, encodeReply } from '../../packages/queue/src/protocol/replies.ts';
import { explanationOf } from '../../packages/queue/src/inspection/explanation.ts';
import { readFacts } from '../../packages/queue/src/protocol/operations/explain.ts';
import { snapshotOf } from '../../packages/queue/src/inspection/snapshot.ts';
import { fuzz, resultOr } from './fuzz.ts';
import { json, number, spoiled, text } from './hostile.ts';

const ARRIVAL = '1795688174000000';
const action: DomainAction = {
  v: 1,
  actionId: 'a',
  actionType: 'embedding.generate',
  taskId: 't',
  tenantId: 'acme',
  tenantTier: 'free',
  callbackQueue: 'query:acme:free',
  data: null,
  metadata: {},
  createdAt: '2026-01-01T00:00:00Z',
};
const error = { code: 'INTERNAL', message: 'boom', retryable: true, http_status: 500 };

/** Words of a header or a run, and others. */
const line = fc
  .array(fc.oneof(text, number.map(String), fc.constantFrom('acme', '1', '9', ARRIVAL)), {
    maxLength: 9,
  })
  .map((words) => words.join(' '));
const envelope = fc.oneof(
  text,
  spoiled(JSON.parse(encodeAction(action)) as object).map((make) => JSON.stringify(make())),
);
const stored = fc.oneof(
  text,
  fc.tuple(line, envelope).map((parts) => parts.join('\n')),
);

fuzz('any stored action can be read', fc.tuple(stored, line), ([one, other]) => {
  for (const { tier, retainMs } of [parseStored(one), { ...parseRun(other), retainMs: 0 }]) {
    expect(TIERS).toContain(tier);
    expect(retainMs).toBeGreaterThanOrEqual(0);
  }
  expect(one.endsWith(parseStored(one).envelope)).toBe(true);
});

fuzz(
  'a header is parsed into its original fields',
  fc.record({
    expiresMs: fc.integer(),
    retainMs: fc.nat(),
    envelope: text,
    isInSequence: fc.boolean(),
  }),
  (facts) => {
    const usual = { ...action, tier: 2, cost: 1e-3, notify: true, runAtMs: 0 };
    const hashes = { onceHash: '-', sequenceHash: facts.isInSequence ? 'c0ffee' : '-' };
    const text = `${ARRIVAL} ${storedWithoutArrival({ ...usual, ...hashes, ...facts })}`;
    expect(parseStored(text)).toMatchObject({
      tier: 'professional',
      tenantId: 'acme',
      retainMs: facts.retainMs,
      envelope: facts.envelope,
    });
  },
);

const word = fc.constantFrom(
  'callback query',
  'expired',
  'cancelled',
  'stalled 3',
  'stalled x',
  '',
);
const message = fc.oneof(
  text,
  fc.tuple(fc.oneof(word, text), fc.oneof(stored, envelope)).map((parts) => parts.join('\n')),
);

fuzz('an outbox message is delivered, or refused', message, (each) => {
  resultOr('INVALID_ACTION', () => deliveryOf({ callbackId: 'a.cb1', message: each }));
});

fuzz('a prepared callback is delivered unchanged', json, (data) => {
  const callback = { ...action, data };
  const text = encodeAction(callback);
  const message = messageOf({ to: 'domain', domain: 'query', callback, text });
  const delivery = deliveryOf({ callbackId: 'a.cb1', message });
  expect(delivery).toMatchObject({ to: 'domain', domain: 'query', text });
});

const reply = fc.oneof(
  spoiled({ action_id: 'a', status: 'dead', error }),
  spoiled(error).map((make) => () => ({ action_id: 'a', status: 'dead', error: make() })),
);

fuzz(
  'a reply is read, or dropped',
  fc.oneof(
    text,
    fc
      .oneof(
        json.map((each) => () => each),
        reply,
      )
      .map((make) => JSON.stringify(make())),
  ),
  (each) => {
    const entry = decodeEntry(each);
    const { actionId, data } = 'reply' in entry ? entry.reply : {};
    if (!data) return;
    expect(typeof actionId).toBe('string');
    if (data.status !== 'done') fromWireError(data.error);
  },
);

fuzz('a reply arrives unchanged', json, (result) => {
  const sent = { actionId: 'a', data: { status: 'done', result } } as const;
  const carried: unknown = JSON.parse(JSON.stringify(result));
  const data = { status: 'done', result: carried };
  expect(decodeEntry(encodeReply(sent))).toEqual({ reply: { actionId: 'a', data } });
});

const states = fc.constantFrom('waiting', 'delayed', 'active', 'dead', 'done', 'expired' as const);

fuzz(
  'any retained action can be inspected',
  fc.record({
    state: states,
    atMs: number,
    envelope,
    note: fc.oneof(
      text,
      json.map((each) => JSON.stringify(each)),
    ),
  }),
  (inspection) => {
    const ref = { domain: 'embedding', actionId: 'a' };
    snapshotOf(ref, { ...inspection, tenantId: 'acme' });
    expect(isWireError(errorOfNote('a', inspection.note))).toBe(true);
  },
);

const FACTS =
  'at stored run note booking holder_until holder_facts ahead suspect_ahead paused held inflight profile settings weight ' +
  'others_weight others rank ready1 awaited awaited_name1 awaited1';
const facts = fc.dictionary(
  fc.constantFrom(...FACTS.split(' ')),
  fc.oneof(line, stored, number.map(String)),
);
const worker = fc.tuple(text, number.map(String), envelope);

fuzz(
  'any stored action can be explained',
  fc.record({ state: fc.constantFrom('waiting', 'delayed', 'active', 'dead'), facts, worker }),
  ({ state, facts, worker }) => {
    const named = [['state', state], ...Object.entries(facts)].flat();
    const reply = ['now', ARRIVAL, ...named, 'workers', ...worker];
    const { text, reasons } = explanationOf(
      { domain: 'embedding', actionId: 'a' },
      readFacts(reply),
    );
    expect(text).toMatch(/^Action "a" .*\.$/s);
    for (const { kind } of reasons) expect(typeof kind).toBe('string');
  },
);
