import fc from 'fast-check';
import type { ProtocolCommand } from './step.ts';
import { claim } from './steps/claim.ts';
import { deadLetters } from './steps/dead-letters.ts';
import { emit } from './steps/emit.ts';
import { enqueue } from './steps/enqueue.ts';
import { recordEndings } from './steps/history.ts';
import { answer, contend, recall, record, resume } from './steps/journal.ts';
import { cancel, get } from './steps/look-after.ts';
import { explain, list } from './steps/looks.ts';
import { pause } from './steps/pause.ts';
import { callerHandles, changeTenant, crash } from './steps/people.ts';
import { renew } from './steps/renew.ts';
import { release, settle } from './steps/settle.ts';
import { expire, time } from './steps/time.ts';

/** Relative frequency of each kind of step. */
const WEIGHTS: readonly (readonly [number, fc.Arbitrary<ProtocolCommand>])[] = [
  [12, enqueue],
  [12, claim],
  [5, settle],
  [2, release],
  [2, renew],
  [4, emit],
  [5, time],
  [4, expire],
  [2, cancel],
  [1, get],
  [2, explain],
  [2, list],
  [8, record],
  [4, resume],
  [3, contend],
  [5, answer],
  [1, recall],
  [3, pause],
  [2, deadLetters],
  [1, crash],
  [1, changeTenant],
  [1, callerHandles],
  [1, recordEndings],
];

const step = fc.oneof(...WEIGHTS.map(([weight, arbitrary]) => ({ weight, arbitrary })));

/** Sequences of steps in any order. */
export const sequences = fc.commands([step], { maxCommands: 50, size: 'max' });
