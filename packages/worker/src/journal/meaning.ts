import { JournalConflictError } from '@nooble/errors';

/** The meaning of a name in a journal, as text: `step`, `call <type> <child id>`, or `wait <deadline, Unix ms, 0 for none>`. */
export type Meaning = `step` | `call ${string} ${string}` | `wait ${number}`;

/** The field of a journal with what a name resolved to. */
export function answerField(name: string): string {
  return `=${name}`;
}

/** Throws JournalConflictError if a name stands for something else than an earlier run of the handler made of it. */
export function assertSame(
  { actionId, name }: { readonly actionId: string; readonly name: string },
  written: string | undefined,
  meaning: Meaning,
): void {
  if (written === undefined || sortOf(written) === sortOf(meaning)) return;
  const reason = `it was ${describe(written)} when the action ran before, and is ${describe(meaning)} now`;
  throw new JournalConflictError({ actionId, name, reason });
}

/** Returns the deadline of a wait (Unix ms); undefined if it has none. */
export function deadlineOf(meaning: string): number | undefined {
  const [kind, deadline] = meaning.split(' ');
  return kind === 'wait' && Number(deadline) > 0 ? Number(deadline) : undefined;
}

/** A wait keeps the deadline of its first run, and a call its child: neither is a different meaning. */
function sortOf(meaning: string): string {
  const [kind = '', type = ''] = meaning.split(' ');
  return kind === 'call' ? `${kind} ${type}` : kind;
}

function describe(meaning: string): string {
  const [kind = '', type = ''] = meaning.split(' ');
  if (kind === 'call') return `a call of "${type}"`;
  return kind === 'wait' ? 'a wait for a signal' : 'a step';
}
