/**
 * Returns the first `maxLength` UTF-16 units of a text, for messages and logs. Never splits a surrogate pair. Replaces
 * lone surrogates with U+FFFD, because strict JSON parsers refuse them.
 */
export function truncate(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text.toWellFormed();
  const last = text.charCodeAt(maxLength - 1);
  const splitsPair = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, splitsPair ? maxLength - 1 : maxLength).toWellFormed();
}

/**
 * Formats any value for an error message: text in quotes, numbers as they are, everything else by its type. Never runs
 * code of the value (`toString`, `toJSON`, getters), and so never throws.
 */
export function quoted(value: unknown, maxLength = 200): string {
  if (typeof value === 'string') return JSON.stringify(truncate(value, maxLength));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return kindOf(value);
}

/**
 * Makes untrusted text safe to print on a terminal, where escape sequences could change the clipboard, the title, the
 * colours or the order of text. Replaces control characters other than line breaks with U+FFFD, and removes
 * bidirectional control characters.
 */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll('\r\n', '\n')
    .replaceAll('\t', ' ')
    .replaceAll(/(?!\n)[\p{Cc}\p{Zl}\p{Zp}]/gu, '\uFFFD')
    .replaceAll(/\p{Bidi_Control}/gu, '');
}

function kindOf(value: object): string {
  try {
    if (Array.isArray(value)) return 'a list';
    if (value instanceof Date) return 'a Date';
  } catch {
    // The value is a revoked Proxy.
  }
  return 'an object';
}
