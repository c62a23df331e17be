/** Values by combination of labels, each made at its first use. The caller bounds the labels. */
export class PerLabels<Labels extends readonly string[], Value> {
  readonly #made = new Map<string, Value>();
  readonly #make: (...labels: Labels) => Value;

  constructor(make: (...labels: Labels) => Value) {
    this.#make = make;
  }

  of(...labels: Labels): Value {
    // No label contains a space: domains, types, tiers, codes and names of classes.
    const key = labels.join(' ');
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = this.#make(...labels);
    this.#made.set(key, made);
    return made;
  }
}
