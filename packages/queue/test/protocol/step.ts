import type fc from 'fast-check';
import { expectSame } from './expect-same.ts';
import type { ProtocolModel } from './protocol-model.ts';
import type { World } from './world.ts';

/** The model and the real queue, which receive the same steps, and the list of these steps. */
export interface Run {
  readonly model: ProtocolModel;
  readonly world: World;
  /** Steps so far, one readable line each. */
  readonly lines: string[];
}

/** Argument of a step. */
export interface Stage extends Pick<Run, 'model' | 'world'> {
  /** Adds to the line of this step: its target, or what the model expects. */
  readonly note: (text: string) => void;
}

/** One thing that may happen to a domain. */
export interface Step {
  /** Its name in a failing sequence. */
  readonly text: string;
  /** Returns false if the step has no target. @default always true */
  readonly isPossible?: (model: ProtocolModel) => boolean;
  /** Applies the step to the model and to the queue, and compares the results. */
  readonly act: (stage: Stage) => Promise<void>;
}

export type ProtocolCommand = fc.AsyncCommand<ProtocolModel, Run>;

/** A step as a command of fast-check, which afterwards compares the queue with the model. */
export function commandOf({ text, isPossible = () => true, act }: Step): ProtocolCommand {
  return {
    check: (model) => isPossible(model as ProtocolModel),
    run: async (_model, run) => runStep(run, { text, act }),
    toString: () => text,
  };
}

export async function runStep({ model, world, lines }: Run, { text, act }: Step): Promise<void> {
  const line = lines.push(text) - 1;
  const note = (more: string): void => {
    lines[line] = `${lines[line]} ${more}`;
  };
  await act({ model, world, note });
  await world.delivered();
  await expectSame(model, world);
}
