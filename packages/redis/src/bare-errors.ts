import type { Command } from 'ioredis';
import type { RedisClient } from './ioredis.ts';
import { rememberOrigin } from './connection-trouble.ts';

/** Properties of an error that contain other errors. */
const INNER = ['cause', 'errors', 'lastNodeError', 'previousErrors'];
/** Properties that describe where and why a command failed, and never contain its arguments. */
const KEPT: ReadonlySet<string> = new Set(
  [
    ['name', 'message', 'stack', 'code', 'errno', 'syscall', 'address', 'port', 'hostname', 'host'],
    INNER,
  ].flat(),
);
const WITHHELD = '***';
/** Shorter arguments are numbers and flags, which may occur in a message by coincidence. */
const SHORTEST_ARGUMENT = 4;
/** Maximum length of an argument that servers quote. */
const LONGEST_QUOTE = 128;
/** Error messages of the Lua interpreter and of Redis itself; any other message was created by the script. */
const OWN_WORDS_OF_LUA =
  'attempt to |bad argument |wrong number |stack overflow|not enough memory|Script attempted|Attempt to |Wrong number |Unknown Redis|Lua redis|Expected |@user_script|-[A-Z]+ ';
const TEXT_OF_SCRIPT = new RegExp(
  `(user_script:\\d+: )(?!${OWN_WORDS_OF_LUA})[^]*?(?= script: [0-9a-f]{40}|$)`,
);

/** Marks a command whose errors are stripped. A WeakSet of all commands would slow down each garbage collection. */
const GUARDED = Symbol('guarded');

type Guarded = Command & { [GUARDED]?: true };
type Send = (command: Guarded, ...where: unknown[]) => unknown;

const bare = new WeakSet<object>();

/**
 * Removes sensitive parts from the errors of a client's commands and `error` events. ioredis attaches each command with
 * its arguments: data, results, passwords. `origin` is the client whose URL and connection errors explain them.
 */
export function bareErrors(client: RedisClient, origin: RedisClient = client): void {
  const send = client.sendCommand.bind(client) as Send;
  client.sendCommand = ((command, ...where) => {
    // A retried command passes here again.
    if (!command[GUARDED]) {
      command[GUARDED] = true;
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

/** Removes the properties and message parts of an error that may contain arguments, and returns the same error. */
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
  return code + argumentsOf(error).reduce((shown, each) => shown.replaceAll(each, WITHHELD), cut);
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
