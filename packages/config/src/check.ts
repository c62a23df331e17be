import { z } from 'zod';

/** What a schema made of a value, or what is wrong with it. */
export type Checked =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly messages: readonly string[] };

/** Parses one setting. A schema that throws or is asynchronous does not accept the value; never throws. */
export function check(schema: z.ZodType, value: string | undefined): Checked {
  try {
    const parsed = schema.safeParse(value);
    if (parsed.success) return { success: true, data: parsed.data };
    return { success: false, messages: parsed.error.issues.map(({ message }) => message) };
  } catch (error) {
    const isAsync = error instanceof z.core.$ZodAsyncError;
    const message = isAsync
      ? 'its schema is asynchronous, and must be synchronous'
      : `its schema threw ${error instanceof Error ? error.name : 'a value'} in place of naming an issue`;
    return { success: false, messages: [message] };
  }
}
