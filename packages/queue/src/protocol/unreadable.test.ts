import { expect, it } from 'vitest';
import { readCancelled } from './operations/cancel.ts';
import { readVerdicts } from './operations/enqueue.ts';
import { readInspection } from './operations/inspect.ts';
import { readPaused } from './operations/pause.ts';
import { readRenewed } from './operations/renew.ts';
import { readMore, readSettled } from './operations/settle.ts';
import { readStats } from './operations/stats.ts';
import { readTick } from './operations/tick.ts';

const lease = { actionId: 'a', tenantId: 'acme', tier: 'free', token: '1', deadline: 0 } as const;

it.each<[string, () => unknown]>([
  ['a verdict', () => readVerdicts(['0', '42', '', ''], 1)],
  ['a verdict without a code', () => readVerdicts(['0'], 1)],
  ['a verdict on an item that was not sent', () => readVerdicts(['1', '4', '5', '0'], 1)],
  ['a cancel', () => readCancelled(['gone'])],
  ['a state', () => readInspection(['asleep', '', '', '', ''])],
  ['how an action ended', () => readInspection(['ended', '', '', '', 'well acme\nnull'])],
  ['a result of a settlement', () => readSettled([0, 0, 7], 1)],
  ['a settlement that succeeded', () => readSettled([0, 0, 0], 1)],
  ['a settlement that was not sent', () => readSettled([0, 3, 1], 1)],
  ['whether there is more to claim', () => readMore([2])],
  ['a pause', () => readStats('embedding', ['0', '0', 'perhaps', '0', '0', 0, 0, 0, 0])],
  ['what a pause did', () => readPaused(undefined)],
  ['a lease', () => readRenewed([], [lease], 1)],
  ['whether a tick was cut short', () => readTick([2, '0'])],
])('throws for %s that no script returns, and takes it for nothing else', (_what, read) => {
  expect(read).toThrow('Cannot read the reply of script "');
});
