import data from '../../data/card-terms.json' with { type: 'json' }
import { type CardTerms, parseCardTerms } from './terms.ts'

/** Terms of the demonstration's issuers: simulated figures. */
export const DEMONSTRATION_TERMS: readonly CardTerms[] = parseCardTerms(data)
