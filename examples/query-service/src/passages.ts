import { truncate } from '@nooble/errors';

/** A piece of a document, short enough to be one vector. */
export interface Passage {
  readonly id: string;
  readonly documentId: string;
  readonly title: string;
  readonly text: string;
}

/** Every passage carries the title, and several passages share a message: a heading may be as long as a file. */
const MAX_TITLE = 200;

/** Cuts a Markdown document at headings and blank lines into passages of at most `most` characters. */
export function passagesOf(
  document: { readonly id: string; readonly title: string; readonly text: string },
  most: number,
): Passage[] {
  const blocks = blocksOf(document.text).flatMap((block) => pieces(block.trim(), most));
  const texts: string[] = [];
  for (const block of blocks) {
    const last = texts.at(-1);
    const joined = last === undefined ? block : `${last}\n${block}`;
    // A heading opens a passage, so that it stands with the text below it.
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

/** What stands between headings and blank lines; code in fences stays whole. */
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

/** A block that is too long, cut between words. */
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

/** Before the last space; without one, between two characters as a reader sees them. */
function endOfPiece(text: string, most: number): number {
  const space = text.slice(0, most + 1).search(/\s\S*$/);
  return space > 0 ? space : endOfCharacter(text, most);
}

const CHARACTERS = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/**
 * Never inside of an emoji, a flag or a letter with its marks (UAX #29), or, where one of them is longer than a passage,
 * at least not inside of a surrogate pair, which strict endpoints refuse.
 */
function endOfCharacter(text: string, most: number): number {
  // The whole text would be read again at every cut.
  const cut = CHARACTERS.segment(text.slice(0, most + 2)).containing(most);
  if (cut && cut.index > 0) return cut.index;
  return truncate(text, most).length || 2;
}
