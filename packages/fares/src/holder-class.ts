const ADULT = 'adult'

/** Kinds of holders in the bytes of cards and codes (reference card 2.3, ridecode field 8). */
const CLASSES: Readonly<Record<number, string>> = {
  0: ADULT,
  1: ADULT,
  2: 'student',
  3: 'senior',
  // A test card rides as anybody.
  4: ADULT,
  5: 'military',
}

/** The class that a ride is priced in. */
export interface HolderClass {
  readonly riderClass: string
  /** Name of the class that the medium carries and the tariff does not know; null when it does. */
  readonly unknown: string | null
}

/**
 * The class of a medium's holder, as its issuer certified it. One of which the tariff does not
 * speak, or that nobody knows, is priced as an adult. `classes` are those of a compiled tariff.
 */
export function holderClass(
  kind: number,
  { classes }: { readonly classes: ReadonlySet<string> },
): HolderClass {
  const riderClass = CLASSES[kind]
  if (riderClass === ADULT || (riderClass !== undefined && classes.has(riderClass))) {
    return { riderClass, unknown: null }
  }
  return { riderClass: ADULT, unknown: riderClass ?? String(kind) }
}
