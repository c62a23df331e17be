import type fc from 'fast-check';
import { expectSame } from './expect-same.ts';
import type { ProtocolModel } from './protocol-model.ts';
import type { World } from './world.ts';

/** The model and the real queue, told the same, and the list of what they were told. */
export interface Run {
  readonly model: ProtocolModel;
  readonly world: World;
  /** What happened so far, a line each, for a person to read. */
  readonly lines: string[];
}

/** What a step works on. */
export interface Stage extends Pick<Run, 'model' | 'world'> {
  /** Adds to the line of this step whom it picked, or what the model expects of it. */
  readonly note: (text: string) => void;
}

/** One thing that may happen to a domain. */
export interface Step {
  /** What it is called in a failing sequence. */
  readonly text: string;
  /** Whether there is anything it could happen to. @default always */
  readonly isPossible?: (model: ProtocolModel) => boolean;
  /** Does it to the model and to the queue, and compares what the queue answers. */
  readonly act: (stage: Stage) => Promise<void>;
}

export type ProtocolCommand = fc.AsyncCommand<ProtocolModel, Run>;

/** A step as a command of fast-check; after it, the queue stores what the model says. */
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
