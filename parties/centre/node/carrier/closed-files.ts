import { readdir } from 'node:fs/promises'

const SEGMENT = /^(?<journal>.+)-(?<number>\d{6,})\.seg$/
/** Rules, fee matrices and shards of closed days. */
const DAY_FILE = /^(rules|fees|closed)-\d{4}-\d{2}-\d{2}/

/**
 * Names of the files of a folder that change no more, in their order: segments, and what days leave.
 * The last segment of a journal may still be written; it counts only when told that nobody does
 * (`ended`).
 */
export async function listClosedFiles(
  dir: string,
  { ended = false }: { readonly ended?: boolean } = {},
): Promise<string[]> {
  const names = (await readdir(dir)).sort()
  const last = new Map<string, string>()
  for (const name of names) {
    const journal = journalOf(name)
    if (journal !== undefined) last.set(journal, name)
  }
  return names.filter((name) => {
    const journal = journalOf(name)
    if (journal === undefined) return DAY_FILE.test(name) && !name.endsWith('.new')
    return ended || last.get(journal) !== name
  })
}

/** Journal and number of a segment, by its name. */
export function segmentOf(
  name: string,
): { readonly journal: string; readonly segment: number } | undefined {
  const { journal, number } = SEGMENT.exec(name)?.groups ?? {}
  return journal === undefined ? undefined : { journal, segment: Number(number) }
}

function journalOf(name: string): string | undefined {
  return segmentOf(name)?.journal
}
