/**
 * The vectors an endpoint answered, once there is one per text and all are as long. Throws an Error, which is
 * worth another attempt: such an answer is a fault of the endpoint, not of the texts.
 */
export function checkedVectors(vectors: readonly (readonly number[])[], texts: number): number[][] {
  if (vectors.length !== texts) {
    throw new Error(`The model endpoint answered ${vectors.length} vectors for ${texts} texts`);
  }
  const dimensions = vectors[0]?.length ?? 0;
  const wrong = vectors.findIndex((vector) => !isVector(vector, dimensions));
  if (wrong >= 0) {
    const expected = `${dimensions || 'some'} finite numbers`;
    throw new Error(`The model endpoint answered no vector of ${expected} for text ${wrong}`);
  }
  return vectors.map((vector) => [...vector]);
}

function isVector(value: unknown, dimensions: number): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length !== dimensions) return false;
  return value.every((each) => Number.isFinite(each));
}
