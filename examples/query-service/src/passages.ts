import { truncate } from '@nooble/errors';

/** A part of a document that is short enough for one vector. */
export interface Passage {
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly text: string;
}

/** Limits the title, because every passage repeats it and a heading may be as long as a file. */
const MAX_TITLE = 200;

/** Splits a Markdown document at headings and blank lines into passages of at most `most` characters. */
export function passagesOf(
  document: { readonly id: string; readonly title: string; readonly text: string },
  most: number,
): Passage[] {
  const blocks = blocksOf(document.text).flatMap((block) => pieces(block.trim(), most));
  const texts: string[] = [];
  for (const block of blocks) {
    const last = texts.at(-1);
    const joined = last === undefined ? block : `${last}\n${block}`;
    // A heading starts a passage, so that it stays with the text below it.
    if (last === undefined || joined.length > most || /^#{1,6} /.test(block)) texts.push(block);
    else texts[texts.length - 1] = joined;
  }
  const title = truncate(document.title, MAX_TITLE);
  return texts.map((text, index) => ({
    id: `${document.id}#${index}`,
    documentId: document.id,
    title,
    text,
  }));
}

/** Splits text at headings and blank lines; keeps fenced code together. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let fenced = false;
  let ended = true;
  for (const line of text.split('\n')) {
    const opens = !fenced && (ended || /^#{1,6} /.test(line));
    if (opens) blocks.push(line);
    else blocks[blocks.length - 1] += `\n${line}`;
    if (line.startsWith('```')) fenced = !fenced;
    ended = line.trim() === '';
  }
  return blocks;
}

/** Splits a block that is too long between words. */
function pieces(block: string, most: number): string[] {
  const texts: string[] = [];
  let rest = block;
  while (rest.length > most) {
    const end = endOfPiece(rest, most);
    texts.push(rest.slice(0, end).trim());
    rest = rest.slice(end).trim();
  }
  return rest === '' ? texts : [...texts, rest];
}

/** Returns the position of the last space, or of the last grapheme boundary if there is no space. */
function endOfPiece(text: string, most: number): number {
  const space = text.slice(0, most + 1).search(/\s\S*$/);
  return space > 0 ? space : endOfCharacter(text, most);
}

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Never splits an emoji, a flag or a letter with combining marks (UAX #29). If one of them is longer than a passage, still
 * never splits a surrogate pair, which strict endpoints refuse.
 */
function endOfCharacter(text: string, most: number): number {
  // A short slice, because segmenting the whole text at every cut would take quadratic time.
  const cut = CHARACTERS.segment(text.slice(0, most + 2)).containing(most);
  if (cut && cut.index > 0) return cut.index;
  return truncate(text, most).length || 2;
}
