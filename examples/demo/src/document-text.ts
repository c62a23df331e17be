import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { truncate } from '@nooble/errors';

const MAX_CHARACTERS = 200_000;
/** Enough for that many characters in every encoding. */
const MAX_BYTES = 4 * MAX_CHARACTERS;
/** Maximum share of control characters and undecodable bytes in a text file. */
const MAX_NOISE = 0.02;
const NOISE = /(?![\n\r\t\f])[\p{Cc}\ufffd]/gu;

/** The file exists but does not contain text. */
class NoTextError extends Error {}

/**
 * Reads the first 200,000 characters of a text file in UTF-8, or in UTF-16 with a byte order mark. Throws an Error for
 * anything else. Never blocks on a named pipe.
 */
export async function readText(path: string): Promise<string> {
  assertFile(await stat(path));
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    assertFile(await handle.stat());
    return textOf(await firstBytes(handle));
  } finally {
    await handle.close();
  }
}

/** Returns a short reason why a file is skipped. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof NoTextError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  return (code !== undefined && REASONS[code]) || message;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist, or is a broken link',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ELOOP: 'its links form a cycle',
  ENOTDIR: 'it is not a folder',
  ENAMETOOLONG: 'its path is too long for this system',
};

function assertFile(found: Awaited<ReturnType<typeof stat>>): void {
  if (found.isDirectory()) throw new NoTextError('it is a folder');
  if (!found.isFile()) throw new NoTextError('it is a pipe, a socket or a device');
}

async function firstBytes(handle: FileHandle): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const stream = handle.createReadStream({ autoClose: false, start: 0, end: MAX_BYTES - 1 });
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function textOf(bytes: Buffer): string {
  const decoder = new TextDecoder(encodingOf(bytes));
  // In stream mode, because a character that is cut off at the end is not an error.
  const text = truncate(decoder.decode(bytes, { stream: true }), MAX_CHARACTERS);
  const noise = text.match(NOISE)?.length ?? 0;
  if (text.includes('\0') || noise > text.length * MAX_NOISE)
    throw new NoTextError('it is not text');
  return text;
}

function encodingOf(bytes: Buffer): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
}
