import type { Command } from 'ioredis';
import type { RedisClient } from './ioredis.ts';
import { rememberOrigin } from './connection-trouble.ts';

/** Where an error keeps others. */
const INNER = ['cause', 'errors', 'lastNodeError', 'previousErrors'];
/** Properties of an error that say where and why it failed, and never what was sent. */
const KEPT: ReadonlySet<string> = new Set(
  [
    ['name', 'message', 'stack', 'code', 'errno', 'syscall', 'address', 'port', 'hostname', 'host'],
    INNER,
  ].flat(),
);
const WITHHELD = '***';
/** Shorter arguments are numbers and flags, which a sentence may contain by chance. */
const SHORTEST_ARGUMENT = 4;
/** Servers quote an argument up to this length. */
const LONGEST_QUOTE = 128;
/** What the interpreter of Lua and Redis say by themselves; anything else is a text of the script. */
const OWN_WORDS_OF_LUA =
  'attempt to |bad argument |wrong number |stack overflow|not enough memory|Script attempted|Attempt to |Wrong number |Unknown Redis|Lua redis|Expected |@user_script|-[A-Z]+ ';
const TEXT_OF_SCRIPT = new RegExp(
  `(user_script:\\d+: )(?!${OWN_WORDS_OF_LUA})[^]*?(?= script: [0-9a-f]{40}|$)`,
);

type Send = (command: Command, ...where: unknown[]) => unknown;

const bare = new WeakSet<object>();

/**
 * Strips the errors of a client before anybody sees them, those of its commands and of its `error` events.
 * ioredis attaches each command with its arguments: data, results, passwords. `origin` is the client whose
 * URL and trouble explain them.
 */
export function bareErrors(client: RedisClient, origin: RedisClient = client): void {
  const guarded = new WeakSet<Command>();
  const send = client.sendCommand.bind(client) as Send;
  client.sendCommand = ((command, ...where) => {
    // A command passes here again when it is sent again.
    if (!guarded.has(command)) {
      guarded.add(command);
      const { reject } = command;
      command.reject = (error: Error) => {
        rememberOrigin(error, origin);
        reject(bareError(error));
      };
    }
    return send(command, ...where);
  }) satisfies Send;
  client.on('error', bareError);
  client.on('node error', bareError);
}

/** The same error without the properties and the parts of its text that may contain what was sent. */
export function bareError<Thrown>(error: Thrown): Thrown {
  if (!(error instanceof Error) || bare.has(error)) return error;
  bare.add(error);
  const text = bareMessage(error);
  if (text !== error.message) {
    error.stack = (error.stack ?? '').replace(error.message, () => text);
    error.message = text;
  }
  const properties = error as unknown as Record<string, unknown>;
  for (const name of Object.getOwnPropertyNames(error)) {
    if (!KEPT.has(name)) delete properties[name];
  }
  for (const inner of INNER) {
    [properties[inner]].flat().forEach(bareError);
  }
  return error;
}

function bareMessage(error: Error): string {
  const [, code = '', text = ''] = /^(-?[A-Z]+ )?([^]*)$/.exec(error.message) ?? [];
  const cut = text
    .replace(/, with args beginning with: [^]*$/, '')
    .replace(/(Last reply: )[^]*$/, `$1${WITHHELD}`)
    .replace(TEXT_OF_SCRIPT, `$1${WITHHELD}`);
  return code + argumentsOf(error).reduce((told, each) => told.replaceAll(each, WITHHELD), cut);
}

function argumentsOf(error: Error): string[] {
  const { args } = (error as { command?: { args?: unknown } }).command ?? {};
  if (!Array.isArray(args)) return [];
  return args
    .flat()
    .filter((arg) => typeof arg === 'string' || Buffer.isBuffer(arg))
    .map((arg) => arg.toString('utf8').slice(0, LONGEST_QUOTE))
    .filter((text) => text.length >= SHORTEST_ARGUMENT);
}
