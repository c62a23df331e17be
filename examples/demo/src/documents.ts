import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { truncate } from '@nooble/errors';

/** A Markdown file. */
export interface Document {
  /** Path below the folder. */
  readonly id: string;
  readonly title: string;
  readonly text: string;
}

const SKIPPED = new Set(['node_modules', 'dist', 'coverage', 'CHANGELOG.md']);
const MAX_CHARACTERS = 200_000;

/** Every Markdown file below a folder, hidden ones and dependencies left out. Throws an Error when there is none. */
export async function readDocuments(folder: string): Promise<Document[]> {
  const files = await markdownBelow(folder);
  if (files.length === 0) throw new Error(`There is no Markdown in "${folder}"`);
  return Promise.all(
    files.toSorted().map(async (file) => {
      const text = truncate(await readFile(file, 'utf8'), MAX_CHARACTERS);
      const id = relative(folder, file);
      return { id, title: /^# (.+)$/m.exec(text)?.[1] ?? id, text };
    }),
  );
}

async function markdownBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new Error(`Cannot read the folder "${folder}": ${(cause as Error).message}`, { cause });
  });
  const wanted = entries.filter(({ name }) => !name.startsWith('.') && !SKIPPED.has(name));
  const found = await Promise.all(
    wanted.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return markdownBelow(path);
      return /\.(md|mdx|markdown)$/i.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}
