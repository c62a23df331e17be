import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { truncate } from '@nooble/errors';
import { readText, whyUnreadable } from './document-text.ts';

/** A Markdown file. */
export interface Document {
  /** Path below the folder; the end of a long one, with a digest of the whole. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** A file that is left out, or a document that cannot be indexed. */
export interface LeftOut {
  /** Path below the folder. */
  readonly path: string;
  readonly reason: string;
}

/** Content of a folder. */
export interface Documents {
  readonly documents: readonly Document[];
  readonly leftOut: readonly LeftOut[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'CHANGELOG.md']);
/** Maximum length of an id that `query.index` accepts. */
const MAX_ID = 256;
const MAX_TITLE = 200;
const DIGEST = 16;

/**
 * Reads every Markdown file below a folder, hidden ones and dependencies left out. A file that cannot be read is
 * named. Throws an Error where no document is left.
 */
export async function readDocuments(folder: string): Promise<Documents> {
  const documents: Document[] = [];
  const leftOut: LeftOut[] = [];
  const leave = (path: string, error: unknown): void => {
    leftOut.push({ path: relative(folder, path), reason: whyUnreadable(error) });
  };
  // One after the other: a process may have only so many files open.
  for (const file of await markdownBelow(folder, leave)) {
    try {
      documents.push(documentOf(relative(folder, file), await readText(file)));
    } catch (error) {
      leave(file, error);
    }
  }
  if (documents.length > 0) return { documents, leftOut };
  const odd = leftOut.map(({ path, reason }) => `\n  ${path}: ${reason}`).slice(0, 10);
  throw new Error(
    `There is no Markdown in "${folder}"${odd.length > 0 ? ` that can be read:${odd.join('')}` : ''}`,
  );
}

async function markdownBelow(
  folder: string,
  leave: (path: string, error: unknown) => void,
): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new Error(`Cannot read the folder "${folder}": ${whyUnreadable(cause)}`, { cause });
  });
  const found: string[] = [];
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    // Links to folders are not followed: they may lead in a circle.
    if (entry.isDirectory()) {
      const below = markdownBelow(path, leave).catch((error: Error) => leave(path, error.cause));
      found.push(...((await below) ?? []));
    } else if (/\.(md|mdx|markdown)$/i.test(entry.name)) found.push(path);
  }
  return found;
}

function documentOf(path: string, text: string): Document {
  const heading = /^# (.+)$/m.exec(text)?.[1]?.trim();
  return { id: idOf(path), title: truncate(heading || path, MAX_TITLE), text };
}

/** The end of a path says more than its beginning; the digest tells two of the same end apart. */
function idOf(path: string): string {
  if (path.length <= MAX_ID) return path.toWellFormed();
  const digest = createHash('sha256').update(path).digest('hex').slice(0, DIGEST);
  return `${digest}…${path.slice(DIGEST + 1 - MAX_ID).toWellFormed()}`;
}
