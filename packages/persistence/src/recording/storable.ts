/** Returns the text as PostgreSQL can store it: U+FFFD replaces NUL and halves of surrogate pairs. */
export function storable(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '\uFFFD') : wellFormed;
}
