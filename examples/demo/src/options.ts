import { parseArgs } from 'node:util';

/** Command line options of the demo. */
export interface DemoOptions {
  /** Folder whose Markdown is indexed; undefined for this repository. */
  readonly docs: string | undefined;
  readonly ask: string;
  /** Traces, metrics, alerts, history and usage as well. */
  readonly full: boolean;
  readonly help: boolean;
}

export const HELP = `Shows typed actions flowing between two services through Redis.

  npm run demo                                   with the Markdown of this repository
  npm run demo -- --docs <folder> --ask "…"      with your own Markdown and question
  npm run demo -- --full                         with traces, metrics, alerts, history and usage

  --docs <folder>   folder with Markdown to index
  --ask <question>  question to answer from it
  --full            also start the gateway, Prometheus and PostgreSQL: the trace of a question
                    over HTTP, the shares and the alert of a flood, the usage per tenant.
                    In a terminal everything keeps running until Ctrl-C
  --help            print this text

Set REDIS_URL to use an existing Redis. By default the demo starts one and stops it at the end.
`;

const QUESTION = 'How does a tenant get its fair share?';
/** Maximum length of a question for `query.generate`. */
const MAX_CHARACTERS = 2_000;

/** Throws TypeError for an unknown option or an invalid value. */
export function readOptions(args: readonly string[]): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      docs: { type: 'string' },
      ask: { type: 'string', default: QUESTION },
      full: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const { docs, ask, full, help } = values;
  if (ask.trim() === '') throw new TypeError('--ask needs a question');
  if (ask.length > MAX_CHARACTERS) {
    throw new TypeError(`--ask takes a question of at most ${MAX_CHARACTERS} characters`);
  }
  if (docs?.trim() === '') throw new TypeError('--docs needs a folder');
  return { docs, ask, full, help };
}
