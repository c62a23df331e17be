import type { z } from 'zod';
import { variableOf, type SettingsDefinition } from './definition.ts';
import { isSecret, printable } from './secret.ts';

/** A Markdown table of a service's variables: name, what it is for, default. */
export function describeSettings({ envPrefix, shape }: SettingsDefinition): string {
  const rows = Object.entries<z.ZodType>(shape).map(([setting, schema]) =>
    [`\`${envPrefix}${variableOf(setting)}\``, descriptionOf(schema), defaultOf(schema)].join(
      ' | ',
    ),
  );
  return [
    '| Variable | What it is for | Default |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function descriptionOf(schema: z.ZodType): string {
  const text = schema.description ?? '';
  return isSecret(schema) ? `${text} (secret)`.trim() : text;
}

function defaultOf(schema: z.ZodType): string {
  const absent = schema.safeParse(undefined);
  if (!absent.success) return 'required';
  return absent.data === undefined ? 'none' : `\`${String(printable(schema, absent.data))}\``;
}
