import type { Claim, Ending, StoredAction } from './action.ts';

const ENDED_TTL_MS = 600_000;
const KEPT_MS = 7 * 86_400_000;

/** Chunks that a worker emits: their first number, and their JSON. */
export interface ModelChunks {
  readonly first: number;
  readonly texts: readonly string[];
}

interface Stream {
  readonly claim: Claim | undefined;
  last: number;
  entries: string[];
  untilMs: number;
}

/** The streams of a domain: the chunks of the last attempt of each action that emitted some, and its ending. */
export class StreamsModel {
  readonly #streams = new Map<string, Stream>();

  /** Returns false for chunks of a claim that is no longer valid. The same chunks are stored once. */
  emit(claim: Claim, { first, texts }: ModelChunks, nowMs: number): boolean {
    const { action } = claim;
    if (action.claim !== claim) return false;
    const known = this.#at(action.id, nowMs);
    const isNext = known?.claim === claim;
    const stream = isNext ? known : { claim, last: 0, entries: [], untilMs: nowMs + KEPT_MS };
    this.#streams.set(action.id, stream);
    action.hasStream = true;
    const last = first + texts.length - 1;
    if (last <= stream.last) return true;
    stream.last = last;
    stream.entries.push(`${first} ${texts.join(',')}`);
    return true;
  }

  /** Ends the stream of an action, if it has one. */
  end(action: StoredAction, ending: Ending, nowMs: number): void {
    if (action.hasStream !== true) return;
    action.hasStream = false;
    const { entries = [] } = this.#at(action.id, nowMs) ?? {};
    const untilMs = nowMs + ENDED_TTL_MS;
    const ended = [...entries, `end ${ending}`];
    this.#streams.set(action.id, { claim: undefined, last: 0, entries: ended, untilMs });
  }

  /** Entries by action, without those of expired streams. */
  entriesAt(nowMs: number): Record<string, readonly string[]> {
    const ids = [...this.#streams.keys()].filter((id) => this.#at(id, nowMs));
    return Object.fromEntries(ids.map((id) => [id, this.#at(id, nowMs)?.entries ?? []]));
  }

  #at(id: string, nowMs: number): Stream | undefined {
    const stream = this.#streams.get(id);
    return stream && stream.untilMs > nowMs ? stream : undefined;
  }
}
