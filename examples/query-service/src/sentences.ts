/** Minimum length of a sentence; shorter texts are captions and names. */
const LEAST_CHARACTERS = 20;

/** Returns the sentences of a Markdown text without markup; omits headings, tables and code. */
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
      // Headings, rules, link definitions, and table rows with or without outer bars.
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

/** Returns paragraphs and list items, each on one line. */
function blocksOf(text: string): string[] {
  return text
    .split(/\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)]) )/)
    .map((block) => block.replace(/^\s*(?:[-*+]|\d+[.)]) /, '').replace(/\s+/g, ' '))
    .filter((block) => block.trim() !== '');
}
