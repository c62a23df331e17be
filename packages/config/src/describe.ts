import { z } from 'zod';
import { check } from './check.ts';
import { variableOf, type SettingsDefinition } from './definition.ts';
import { isSecret, printable } from './secret.ts';

/** Returns a Markdown table of a service's variables: name, description with permitted values, default. */
export function describeSettings({ envPrefix, shape }: SettingsDefinition): string {
  const rows = Object.entries<z.ZodType>(shape).map(([setting, schema]) =>
    [`\`${envPrefix}${variableOf(setting)}\``, descriptionOf(schema), defaultOf(schema)].join(
      ' | ',
    ),
  );
  return [
    '| Variable | Description | Default |',
    '| --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function descriptionOf(schema: z.ZodType): string {
  const text = [schema.description, choicesOf(schema)].filter(Boolean).join(': ');
  return isSecret(schema) ? `${text} (secret)`.trim() : text;
}

function choicesOf(schema: z.ZodType): string | undefined {
  const { enum: choices } = z.toJSONSchema(schema, { unrepresentable: 'any' });
  return choices?.map((choice) => `\`${String(choice)}\``).join(', ');
}

function defaultOf(schema: z.ZodType): string {
  const absent = check(schema, undefined);
  if (!absent.success) return 'required';
  if (absent.data === undefined) return 'none';
  if (isSecret(schema)) return isPlaceholder(absent.data) ? 'none' : 'set, not shown';
  return `\`${String(printable(schema, absent.data))}\``;
}

/** Some endpoints need no key but require a non-empty value. */
function isPlaceholder(value: unknown): boolean {
  return value === '' || value === 'none';
}
