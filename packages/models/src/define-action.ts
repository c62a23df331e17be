import { z } from 'zod';
import type { DomainAction } from './domain-action.ts';
import { sealAction } from './encode-action.ts';
import type { ExecutionContext } from './execution-context.ts';
import { newId } from './ids.ts';
import { isoNow, isoTime } from './iso-time.ts';
import { domainOf } from './names.ts';
import type { Tier } from './tiers.ts';
import { parseWith } from './validation.ts';

/** Fields of a new action. */
export interface ActionInput<Data = unknown> {
  readonly tenantId: string;
  readonly tenantTier: Tier;
  readonly data: Data;
  /** @default a new id */
  readonly actionId?: string;
  /** @default a new id */
  readonly taskId?: string;
  readonly sessionId?: string;
  /**
   * Runs the actions of a tenant with the same sequence one at a time, in order of admission: 1 to 256 characters, or
   * `session` for the sequence of its session. @default none
   */
  readonly sequence?: string;
  readonly callbackQueue?: string;
  readonly callbackType?: string;
  readonly replyTo?: string;
  readonly stream?: boolean;
  readonly executionContext?: ExecutionContext;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly parentActionId?: string;
  readonly timeoutMs?: number;
  /** A valid Date, or ISO 8601 text with a time zone. */
  readonly expiresAt?: string | Date;
}

/** An action type: creates actions, and validates their data and results. */
export interface ActionDefinition<Data = unknown, Result = unknown, Chunk = unknown, Input = Data> {
  readonly type: string;
  readonly domain: string;
  /** True if its result is streamed: it has a schema of chunks. */
  readonly streams: boolean;
  /** Creates an action. Throws ValidationError for invalid data and InvalidActionError for other invalid fields. */
  create(input: ActionInput<Input>): DomainAction<Data>;
  /** Throws ValidationError. */
  parseData(value: unknown): Data;
  /** Throws ValidationError. */
  parseResult(value: unknown): Result;
  /** One part of a streamed result. Throws ValidationError. */
  parseChunk(value: unknown): Chunk;
}

/** The data that a handler of the definition receives. */
export type ActionData<D> = D extends { parseData(value: unknown): infer Data } ? Data : never;

/** The result that a caller of the definition receives. */
export type ActionResult<D> = D extends { parseResult(value: unknown): infer Result }
  ? Result
  : never;

/** One part of a streamed result of the definition. */
export type ActionChunk<D> = D extends { parseChunk(value: unknown): infer Chunk } ? Chunk : never;

/** The schemas of an action type. Values are sent as JSON in parsed form, so a schema must accept its own output. */
export interface ActionSchemas<
  Data extends z.ZodType,
  Result extends z.ZodType,
  Chunk extends z.ZodType,
> {
  readonly data: Data;
  /** @default anything */
  readonly result?: Result;
  /** @default anything */
  readonly chunk?: Chunk;
}

/** Creates the definition of an action type, `{domain}.{action}`. Throws InvalidActionError for an invalid type. */
export function defineAction<
  Data extends z.ZodType,
  Result extends z.ZodType = z.ZodUnknown,
  Chunk extends z.ZodType = z.ZodUnknown,
>(
  type: string,
  schemas: ActionSchemas<Data, Result, Chunk>,
): ActionDefinition<z.output<Data>, z.output<Result>, z.output<Chunk>, z.input<Data>> {
  const domain = domainOf(type);
  const { data, result = z.unknown(), chunk = z.unknown() } = schemas;
  const parseData = (value: unknown) => parseWith(data, value, `data of "${type}"`);
  return Object.freeze({
    type,
    domain,
    streams: schemas.chunk !== undefined,
    create: (input: ActionInput<z.input<Data>>) => createAction(type, input, parseData(input.data)),
    parseData,
    parseResult: (value: unknown) =>
      parseWith(result, value, `result of "${type}"`) as z.output<Result>,
    parseChunk: (value: unknown) =>
      parseWith(chunk, value, `chunk of "${type}"`) as z.output<Chunk>,
  });
}

function createAction<Data>(
  actionType: string,
  input: ActionInput,
  data: Data,
): DomainAction<Data> {
  const { actionId, taskId, metadata, expiresAt } = input;
  // Does not begin with the spread: V8 would create a hidden class per action.
  const fields = {
    v: 1 as const,
    ...input,
    data,
    actionId: actionId ?? newId(),
    actionType,
    taskId: taskId ?? newId(),
    metadata: metadata ?? {},
    createdAt: isoNow(),
  };
  if (expiresAt !== undefined) fields.expiresAt = isoTime('expiresAt', expiresAt);
  return sealAction(fields as DomainAction<Data>);
}
