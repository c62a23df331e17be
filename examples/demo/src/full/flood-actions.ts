import { generateAnswer } from '@nooble-examples/contracts';
import type { DomainAction, Tier } from '@nooble/models';
import { recite } from '../stand-in-answer.ts';
import { COLLECTION } from '../tenants.ts';

/** A tenant with questions that it sends at once. */
export interface Sender {
  readonly tenantId: string;
  readonly tenantTier: Tier;
  readonly questions: number;
}

/** Length of an answer (words): it takes about a second. */
const WORDS = 40;

/** The first tenant floods. All have enough questions to wait until the alert has fired. */
const SENDERS: readonly [Sender, ...Sender[]] = [
  { tenantId: 'umbrella', tenantTier: 'enterprise', questions: 900 },
  { tenantId: 'hooli', tenantTier: 'professional', questions: 450 },
  { tenantId: 'student', tenantTier: 'free', questions: 100 },
  { tenantId: 'blogger', tenantTier: 'free', questions: 100 },
  { tenantId: 'tinkerer', tenantTier: 'free', questions: 100 },
];
/** With more, a slow Redis would leave slots empty, and the alert would not fire. */
const SMALL = 4;

export function sendersOf(small: boolean): readonly [Sender, ...Sender[]] {
  const [flooding, ...others] = SENDERS;
  const resized = (sender: Sender): Sender =>
    small ? { ...sender, questions: sender.questions / SMALL } : sender;
  return [resized(flooding), ...others.map(resized)];
}

/** Returns the questions of a tenant. */
export function questionsOf({ questions, ...tenant }: Sender, ask: string): DomainAction[] {
  const data = { collection: COLLECTION, query: recite(WORDS, ask), top_k: 3 };
  return Array.from({ length: questions }, () => generateAnswer.create({ ...tenant, data }));
}
