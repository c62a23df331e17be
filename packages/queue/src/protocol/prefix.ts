import type { OptionRule } from '@nooble/errors';

/** Beginning of every key. Without braces, which mark the part of a key that selects its Cluster slot. */
export const PREFIX: OptionRule = {
  isValid: (prefix) =>
    typeof prefix === 'string' && /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(prefix),
  expected: 'up to 128 letters, digits and . _ : - only, the first a letter or a digit',
};
