import { redactUrl } from '@nooble/errors';
import type { z } from 'zod';

/** Marks a setting whose value must never be printed. Apply it to the whole schema, including the default. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), secret: true });
}

/** Returns true if the setting is marked as secret. */
export function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.['secret'] === true;
}

/** Returns a value safe for printing: replaces secrets, and passwords in URLs. */
export function printable(schema: z.ZodType | undefined, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (schema && isSecret(schema)) return '***';
  if (Array.isArray(value)) return value.map((each) => printable(undefined, each));
  return typeof value === 'string' ? redactUrl(value) : value;
}
