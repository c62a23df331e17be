import type { z } from 'zod';

/** Result of parsing one setting. */
export type Checked =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly messages: readonly string[] };

/** Parses one setting. Reports a schema that throws or is asynchronous as a failure. Never throws. */
export function check(schema: z.ZodType, value: string | undefined): Checked {
  try {
    if (isAsynchronous(schema, value)) {
      return refused('its schema is asynchronous; use a synchronous schema');
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return { success: true, data: parsed.data };
    return refused(...parsed.error.issues.map(({ message }) => message));
  } catch (error) {
    // The message of the error is not used: it may quote the value, which may be a secret.
    const name = error instanceof Error ? error.name : 'a value';
    return refused(`its schema threw ${name} instead of reporting an issue`);
  }
}

/** `safeParse` would drop the promise, and its unhandled rejection would end the process before the error is shown. */
function isAsynchronous(schema: z.ZodType, value: string | undefined): boolean {
  const payload = schema._zod.run({ value, issues: [] }, { async: true });
  if (!(payload instanceof Promise)) return false;
  payload.catch(() => undefined);
  return true;
}

function refused(...messages: string[]): Checked {
  return { success: false, messages };
}
