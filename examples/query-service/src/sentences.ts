/** Shorter ones are captions and names. */
const LEAST_CHARACTERS = 20;

/** The sentences of the prose in a Markdown text, without its marks; headings, tables and code are none. */
export function sentencesOf(markdown: string): string[] {
  return blocksOf(withoutMarks(markdown))
    .flatMap((block) => block.split(/(?<=[.!?]["”)]?) (?=[\p{Lu}\d"“(])/u))
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence.length >= LEAST_CHARACTERS && !/:$|\|/.test(sentence));
}

function withoutMarks(markdown: string): string {
  return (
    markdown
      .replace(/```[^]*?(```|$)/g, '\n\n')
      .replace(/<!--[^]*?-->|<\/?[a-z][^>\n]*>/gi, '')
      // Headings, rules, definitions of links, and rows of tables with or without outer bars.
      .replace(
        /^ *(#{1,6} .*|[-*_=]{3,} *|\[[^\]]+\]: .*|\|.*|.* \| .* \| .*|:?-+:? \|.*)$/gm,
        '\n',
      )
      .replace(/!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])/g, '')
      .replace(/\[([^\]]+)\](\([^)]*\)|\[[^\]]*\])/g, '$1')
      .replace(/^ *> ?/gm, '')
      .replace(/(\*\*|__|`|(?<![\p{L}\p{N}])[*_](?=\S)|(?<=\S)[*_](?![\p{L}\p{N}]))/gu, '')
  );
}

/** Paragraphs and items of lists, each in one line. */
function blocksOf(text: string): string[] {
  return text
    .split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)]) )/)
    .map((block) => block.replace(/^\s*(?:[-*+]|\d+[.)]) /, '').replace(/\s+/g, ' '))
    .filter((block) => block.trim() !== '');
}
