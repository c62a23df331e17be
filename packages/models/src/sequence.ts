/** The sequence of the session of an action. Any other value names a sequence. */
export const SESSION_SEQUENCE = 'session';

/** Returns true if an envelope belongs to the sequence of its session, and has none. */
export function lacksSession(envelope: {
  readonly sequence?: unknown;
  readonly session_id?: unknown;
}): boolean {
  return envelope.sequence === SESSION_SEQUENCE && envelope.session_id === undefined;
}
