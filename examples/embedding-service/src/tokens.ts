/** Words that are too common to characterize a text. */
const STOP_WORDS = new Set(
  (
    'a an and are as at be but by can do does for from has have how if in into is it its may no not of on or ' +
    'so such than that the their them then there these they this to was were what when where which who why ' +
    'will with you your el la los las de del en y que un una es por para con se como'
  ).split(' '),
);

/** Returns the words of a text in lower case, without stop words. */
export function tokensOf(text: string): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.filter((word) => !STOP_WORDS.has(word));
}
