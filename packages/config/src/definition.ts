import { z } from 'zod';
import { secret } from './secret.ts';

/** Settings of every service. */
function baseShape(name: string) {
  return {
    serviceName: z.string().min(1).default(name).describe('Name in logs and connections'),
    serviceVersion: z.string().min(1).default('0.0.0').describe('Version in logs'),
    domainName: z.string().min(1).default(name).describe('Domain whose actions the service runs'),
    environment: z
      .enum(['development', 'test', 'staging', 'production'])
      .default('development')
      .describe('Deployment environment'),
    logLevel: z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
      .default('info')
      .describe('Minimum level of log lines'),
    redisUrl: z.string().min(1).default('redis://127.0.0.1:6379').describe('URL of Redis'),
    databaseUrl: secret(z.string().min(1).optional()).describe('URL of a database, if one is used'),
    httpTimeoutSeconds: z.coerce
      .number()
      .positive()
      .max(3600)
      .default(30)
      .describe('Timeout of an HTTP call (s)'),
  };
}

/** Schemas by camelCase name. */
export type SettingsShape = Readonly<Record<string, z.ZodType>>;

/** Schemas of the settings that every service has. */
export type BaseShape = ReturnType<typeof baseShape>;

/** The settings of one service: prefix of the variables, and schemas. */
export interface SettingsDefinition<Shape extends SettingsShape = SettingsShape> {
  /** Prefix that takes precedence: `EMBEDDING_REDIS_URL` is read before `REDIS_URL`. */
  readonly envPrefix: string;
  readonly shape: BaseShape & Shape;
}

/** The type of the settings object of a definition. */
export type SettingsOf<D> =
  D extends SettingsDefinition<infer Shape>
    ? Readonly<z.output<z.ZodObject<BaseShape & Shape>>>
    : never;

/** Settings that every service has. */
export type Settings = Readonly<z.output<z.ZodObject<BaseShape>>>;

/**
 * Defines the settings of a service: the base settings and those of `shape`, by camelCase name. Values are read as text:
 * use `z.coerce.number()` and `z.stringbool()`. Throws RangeError for a malformed prefix or name.
 */
export function defineSettings<Shape extends SettingsShape>({
  envPrefix,
  shape,
}: {
  envPrefix: string;
  shape: Shape;
}): SettingsDefinition<Shape> {
  if (!/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*_$/.test(envPrefix)) {
    throw new RangeError(
      `Invalid envPrefix "${envPrefix}": expected capitals ending in "_", for example "EMBEDDING_"`,
    );
  }
  const wrong = Object.keys(shape).find((name) => !/^[a-z][A-Za-z0-9]*$/.test(name));
  if (wrong !== undefined) {
    throw new RangeError(`Invalid setting "${wrong}": expected camelCase, for example "cacheSize"`);
  }
  const name = envPrefix.slice(0, -1).toLowerCase().replaceAll('_', '-');
  return Object.freeze({ envPrefix, shape: { ...baseShape(name), ...shape } });
}

/** `cacheSize` → `CACHE_SIZE`. */
export function variableOf(setting: string): string {
  return setting.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}
