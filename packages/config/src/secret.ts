import type { z } from 'zod';

/** Marks a setting whose value must never be printed. Apply it to the whole schema, default included. */
export function secret<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ ...schema.meta(), secret: true });
}

/** Whether the setting was marked as secret. */
export function isSecret(schema: z.ZodType): boolean {
  return schema.meta()?.['secret'] === true;
}

/** A value fit for printing: secrets are gone, URLs lose their password. */
export function printable(schema: z.ZodType | undefined, value: unknown): unknown {
  if (value === undefined) return undefined;
  if (schema && isSecret(schema)) return '***';
  if (typeof value !== 'string') return value;
  return value.replace(/^([a-z][a-z0-9+.-]*:\/\/[^/@:]*):[^/@]*@/i, '$1:***@');
}
