import { type FareFeed, openFeed } from './feed.ts'
import { type FeedFault, tableReader } from './read-table.ts'
import { columnsOf } from './tables.ts'

/**
 * Opens a feed from texts by file name, as they lie in its folder. Files that fares do not need
 * are passed over. Throws `fares.bad-feed` with every fault.
 */
export function parseFeed(files: Readonly<Record<string, string>>): FareFeed {
  const faults: FeedFault[] = []
  const tables = Object.entries(files)
    .filter(([file]) => columnsOf(file) !== undefined)
    .map(([file, text]) => {
      const reader = tableReader(file, (fault) => faults.push(fault))
      reader.push(text)
      return reader.end()
    })
  return openFeed(tables, faults)
}
