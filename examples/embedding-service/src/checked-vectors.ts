/**
 * Returns the vectors if there is one per text, all of the same length. Otherwise throws an Error that is retried,
 * because the endpoint is at fault, not the texts.
 */
export function checkedVectors(vectors: readonly (readonly number[])[], texts: number): number[][] {
  if (vectors.length !== texts) {
    throw new Error(`The model endpoint returned ${vectors.length} vectors for ${texts} texts`);
  }
  const dimensions = vectors[0]?.length ?? 0;
  const wrong = vectors.findIndex((vector) => !isVector(vector, dimensions));
  if (wrong >= 0) {
    const expected = `${dimensions || 'some'} finite numbers`;
    throw new Error(`The model endpoint returned no vector of ${expected} for text ${wrong}`);
  }
  return vectors.map((vector) => [...vector]);
}

function isVector(value: unknown, dimensions: number): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length !== dimensions) return false;
  return value.every((each) => Number.isFinite(each));
}
