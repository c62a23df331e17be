/** Warns of workers that serve one domain with different settings, once per set of settings. */
export class Agreement {
  readonly #domain: string;
  readonly #settings: string;
  readonly #onWarning: (warning: string) => void;
  readonly #seen = new Set<string>();

  constructor(domain: string, settings: string, onWarning: (warning: string) => void) {
    this.#domain = domain;
    this.#settings = settings;
    this.#onWarning = onWarning;
  }

  /** Compares with the settings that another worker stored; '' if they are the same. */
  note(other: string): void {
    if (other === '' || this.#seen.has(other)) return;
    this.#seen.add(other);
    const [own, theirs] = differences(this.#settings, other);
    this.#onWarning(
      `Workers of domain "${this.#domain}" have different settings: this one has ${own}, another one has ${theirs}. Set them alike, unless a deployment is changing them now`,
    );
  }
}

/** Returns the entries of each text that the other one does not contain. */
function differences(one: string, other: string): [string, string] {
  return [onlyIn(one, other), onlyIn(other, one)];
}

function onlyIn(settings: string, others: string): string {
  const known = others.split(', ');
  const own = settings.split(', ').filter((each) => !known.includes(each));
  return own.join(', ') || 'none of these';
}
