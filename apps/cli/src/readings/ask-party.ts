import { askNetwork } from '../client.ts'
import { openPlace, type StoredParty, storedPlace } from '../stored-network.ts'
import type { ReadParty } from './reading.ts'
import { type Answer, type Question, READINGS, type ReadingName } from './readings.ts'

/** Whose answer: a data folder, and an institution of it; its centre without. */
export interface Asked {
  readonly data: string
  readonly party?: string | undefined
}

/**
 * Asks a party what a reading tells. State that may be opened is read and closed again; where the
 * network of the folder runs and serves its page, it is asked there. Throws `data.in-use` where
 * neither can be, and what the reading throws.
 */
export async function askParty<Name extends ReadingName>(
  name: Name,
  question: Question<Name>,
  { data, party }: Asked,
): Promise<Answer<Name>> {
  const place = await storedPlace(data, party)
  if (place.port !== undefined) {
    const body = JSON.stringify({ party: place.id, question })
    const answer = await askNetwork(place.port, readingPath(name), { method: 'POST', body })
    return answer as Answer<Name>
  }
  const stored = await openPlace(place)
  try {
    return await read(name, storedReading(stored), question)
  } finally {
    await stored.close()
  }
}

/** Where a network that runs answers a reading. */
function readingPath(name: ReadingName): string {
  return `/api/readings/${name}`
}

/** Reads a party. The one place that pairs a reading's name with its question. */
export async function read<Name extends ReadingName>(
  name: Name,
  party: ReadParty,
  question: Question<Name>,
): Promise<Answer<Name>> {
  const reading = READINGS[name] as (
    party: ReadParty,
    question: Question<Name>,
  ) => Promise<Answer<Name>>
  return reading(party, question)
}

function storedReading({ id, centre, repository, publicKeyOf }: StoredParty): ReadParty {
  return { id, centre, publicKeyOf, read: (body) => repository.transaction(body) }
}
