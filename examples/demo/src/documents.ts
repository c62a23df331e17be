import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { truncate } from '@nooble/errors';
import { readText, whyUnreadable } from './document-text.ts';

/** A Markdown file. */
export interface Document {
  /** Path below the folder; a long path is replaced by a digest and its end. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

/** A file that is skipped, or a document that cannot be indexed. */
export interface LeftOut {
  /** Path below the folder. */
  readonly path: string;
  readonly reason: string;
}

/** Contents of a folder. */
export interface Documents {
  readonly documents: readonly Document[];
  readonly leftOut: readonly LeftOut[];
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'CHANGELOG.md']);
/** Maximum length of an id that `query.index` accepts. */
const MAX_ID = 256;
const MAX_TITLE = 200;
const DIGEST = 16;

/** A folder with Markdown. */
export interface Source {
  readonly folder: string;
  /** Path of a folder below it that is left out. @default none */
  readonly except?: string;
}

/**
 * Reads every Markdown file below a folder, except hidden files and dependencies. Lists files that cannot be read. Throws
 * an Error if no document remains.
 */
export async function readDocuments({ folder, except }: Source): Promise<Documents> {
  const documents: Document[] = [];
  const leftOut: LeftOut[] = [];
  const leave = (path: string, error: unknown): void => {
    leftOut.push({ path: relative(folder, path), reason: whyUnreadable(error) });
  };
  // Sequentially, because the number of open files is limited.
  for (const file of await markdownBelow(folder, leave)) {
    if (except !== undefined && file.startsWith(join(folder, except, sep))) continue;
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
    // Links to folders are not followed: they may form a cycle.
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

/** Keeps the end of a long path, which is more specific than its beginning; the digest keeps ids unique. */
function idOf(path: string): string {
  if (path.length <= MAX_ID) return path.toWellFormed();
  const digest = createHash('sha256').update(path).digest('hex').slice(0, DIGEST);
  return `${digest}…${path.slice(DIGEST + 1 - MAX_ID).toWellFormed()}`;
}
