import { parseArgs } from 'node:util';

/** What a user may ask the demo for. */
export interface DemoOptions {
  /** Folder whose Markdown is indexed; undefined for this repository. */
  readonly docs: string | undefined;
  readonly ask: string;
  readonly help: boolean;
}

export const HELP = `Shows typed actions flowing between two services through Redis.

  npm run demo                                   on the Markdown of this repository
  npm run demo -- --docs <folder> --ask "…"      on your own, with your own question

  --docs <folder>   Markdown to index
  --ask <question>  question to answer from it
  --help            this text

REDIS_URL names a Redis to use; without it one is started and stopped again.
`;

const QUESTION = 'What is a lease?';
/** What `query.generate` accepts. */
const MAX_CHARACTERS = 2_000;

/** Throws TypeError for an option that is unknown, or that has no usable value. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      docs: { type: 'string' },
      ask: { type: 'string', default: QUESTION },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { docs, ask, help } = values;
  if (ask.trim() === '') throw new TypeError('--ask needs a question');
  if (ask.length > MAX_CHARACTERS) {
    throw new TypeError(`--ask takes a question of at most ${MAX_CHARACTERS} characters`);
  }
  if (docs?.trim() === '') throw new TypeError('--docs needs a folder');
  return { docs, ask, help };
}
