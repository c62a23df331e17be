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

/** Throws TypeError for an unknown option. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      docs: { type: 'string' },
      ask: { type: 'string', default: 'Which tenant is served next?' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return { docs: values.docs, ask: values.ask, help: values.help };
}
