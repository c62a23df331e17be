import { readFileSync } from 'node:fs';
import { inspect, parseEnv } from 'node:util';
import { SettingsError, type SettingsProblem } from '@nooble/errors';
import type { z } from 'zod';
import { check } from './check.ts';
import {
  variableOf,
  type SettingsDefinition,
  type SettingsOf,
  type SettingsShape,
} from './definition.ts';
import { isSecret, printable } from './secret.ts';

/** Sources of settings. */
export interface SettingsSource {
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** File of `NAME=value` lines; the environment takes precedence. `false` reads no file. @default '.env', if it exists */
  readonly envFile?: string | false;
}

/**
 * Reads a service's settings: `PREFIX_NAME` before `NAME`; an empty value counts as not set. The object is frozen and
 * prints without its secrets. Throws SettingsError with all problems at once.
 */
export function loadSettings<Definition extends SettingsDefinition>(
  definition: Definition,
  source: SettingsSource = {},
): SettingsOf<Definition> {
  const variables = { ...readEnvFile(source.envFile), ...(source.env ?? process.env) };
  const { envPrefix } = definition;
  const shape: SettingsShape = definition.shape;
  const settings: Record<string, unknown> = {};
  const problems: SettingsProblem[] = [];
  for (const [setting, schema] of Object.entries(shape)) {
    const { name, value } = find(variables, envPrefix, variableOf(setting));
    const checked = check(schema, value);
    if (checked.success) settings[setting] = checked.data;
    else problems.push(...problemsOf(name, checked.messages, givenText(schema, value)));
  }
  if (problems.length > 0) throw new SettingsError({ problems });
  return printingSafely(definition, settings) as SettingsOf<Definition>;
}

function problemsOf(
  variable: string,
  messages: readonly string[],
  given: string,
): SettingsProblem[] {
  return messages.map((message) => ({ variable, message: `${message}${given}` }));
}

interface Found {
  readonly name: string;
  readonly value: string | undefined;
}

function find(
  variables: Readonly<Record<string, string | undefined>>,
  prefix: string,
  name: string,
): Found {
  const given = [prefix + name, name].find((each) => (variables[each] ?? '') !== '');
  return {
    name: given ?? prefix + name,
    value: given === undefined ? undefined : variables[given],
  };
}

function readEnvFile(file: string | false = '.env'): Record<string, string | undefined> {
  if (file === false) return {};
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (cause) {
    if (file === '.env' && (cause as NodeJS.ErrnoException).code === 'ENOENT') return {};
    const message = `cannot be read: ${(cause as Error).message}`;
    throw new SettingsError({ problems: [{ variable: file, message }], cause });
  }
}

function givenText(schema: z.ZodType, value: string | undefined): string {
  if (value === undefined) return ' (not set)';
  if (isSecret(schema)) return '';
  return ` (it is ${JSON.stringify(printable(undefined, value))})`;
}

/** Freezes the settings and makes them safe to pass to a logger or `console.log`. */
function printingSafely(definition: SettingsDefinition, values: object): object {
  const shape: SettingsShape = definition.shape;
  const print = (): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(values).map(([setting, value]) => [setting, printable(shape[setting], value)]),
    );
  return Object.freeze(
    Object.defineProperties(
      { ...values },
      { toJSON: { value: print }, [inspect.custom]: { value: print } },
    ),
  );
}
