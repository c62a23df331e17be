import type { z } from 'zod';

/** What a schema made of a value, or what is wrong with it. */
export type Checked =
  | { readonly success: true; readonly data: unknown }
  | { readonly success: false; readonly messages: readonly string[] };

/** Parses one setting. A schema that throws or is asynchronous does not accept the value; never throws. */
export function check(schema: z.ZodType, value: string | undefined): Checked {
  try {
    if (isAsynchronous(schema, value)) {
      return refused('its schema is asynchronous, and must be synchronous');
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return { success: true, data: parsed.data };
    return refused(...parsed.error.issues.map(({ message }) => message));
  } catch (error) {
    // Its message may quote the value, which may be a secret.
    const name = error instanceof Error ? error.name : 'a value';
    return refused(`its schema threw ${name} in place of naming an issue`);
  }
}

/** `safeParse` would drop the promise, and its rejection would end the process before anybody reads why. */
function isAsynchronous(schema: z.ZodType, value: string | undefined): boolean {
  const payload = schema._zod.run({ value, issues: [] }, { async: true });
  if (!(payload instanceof Promise)) return false;
  payload.catch(() => undefined);
  return true;
}

function refused(...messages: string[]): Checked {
  return { success: false, messages };
}
