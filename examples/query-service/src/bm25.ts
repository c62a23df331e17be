/** Saturation of repeated terms (K1) and influence of the text length (B): the usual values. */
const K1 = 1.2;
const B = 0.75;

/**
 * Returns the BM25 relevance of each text, given as terms, to a query. Terms that occur in few texts weigh more (Robertson
 * and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009).
 */
export function bm25(query: readonly string[], texts: readonly (readonly string[])[]): number[] {
  const average = texts.reduce((sum, terms) => sum + terms.length, 0) / (texts.length || 1) || 1;
  const weights = new Map([...new Set(query)].map((term) => [term, rarity(term, texts)]));
  return texts.map((terms) => {
    const length = K1 * (1 - B + (B * terms.length) / average);
    let score = 0;
    for (const [term, weight] of weights) {
      const count = terms.filter((each) => each === term).length;
      score += (weight * count * (K1 + 1)) / (count + length);
    }
    return score;
  });
}

/** Returns the inverse document frequency, never negative. */
function rarity(term: string, texts: readonly (readonly string[])[]): number {
  const having = texts.filter((terms) => terms.includes(term)).length;
  return Math.log(1 + (texts.length - having + 0.5) / (having + 0.5));
}
