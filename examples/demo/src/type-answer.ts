import type { Answered } from '@nooble-examples/contracts';
import { RESTART, type ActionStream, type Restart } from '@nooble/queue';
import { withDeadline } from './deadline.ts';
import type { Screen } from './screen.ts';

/** Covers three attempts of a slow language model. */
const PART_MS = 120_000;

/** The stream of an answer, with its restarts. */
export type AnswerStream = ActionStream<{ readonly text: string } | Restart, Answered>;

/** Reaction to a part: read on, skip further parts of this attempt, or stop reading. */
export type Reaction = 'read' | 'skip' | 'stop';

interface Watch {
  /** Called with the number of parts so far, of all attempts. */
  readonly onPart?: (parts: number) => Reaction | Promise<Reaction>;
  /** Called when a further attempt begins: what was written is void. @default writes a line */
  readonly onRestart?: () => Promise<void>;
}

/** Writes an answer as it arrives. Returns undefined if `onPart` stopped it. */
export async function typeAnswer(
  stream: AnswerStream,
  screen: Screen,
  watch: Watch,
): Promise<Answered | undefined> {
  const patience = { waitingFor: 'the answer', ms: PART_MS };
  const typing = screen.typing();
  try {
    return await withDeadline(patience, async (progress) => {
      let [parts, reaction]: [number, Reaction] = [0, 'read'];
      while (reaction !== 'stop') {
        const next = await stream.next();
        progress();
        if (next.done === true) return next.value;
        if (next.value === RESTART) {
          reaction = 'read';
          if (watch.onRestart) await watch.onRestart();
          else screen.line('  ↻ the answer begins again');
        } else if (reaction === 'read') {
          typing.add(next.value.text);
          reaction = (await watch.onPart?.(++parts)) ?? 'read';
        }
      }
      return undefined;
    });
  } finally {
    typing.end();
  }
}
