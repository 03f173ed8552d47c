import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type FareFeed, type FeedFault, isFeedFile, openFeed, tableReader } from '../src/index.ts'

/**
 * Opens the GTFS feed in a folder; its files are streamed, so that a large one costs no more
 * memory than its fares. Throws `fares.bad-feed` with every fault.
 */
export async function openGtfsFolder(folder: string): Promise<FareFeed> {
  const faults: FeedFault[] = []
  const files = (await readdir(folder)).filter(isFeedFile).toSorted()
  const tables = []
  for (const file of files) {
    const reader = tableReader(file, (fault) => faults.push(fault))
    for await (const text of createReadStream(join(folder, file), 'utf8')) {
      reader.push(String(text))
    }
    tables.push(reader.end())
  }
  return openFeed(tables, faults)
}
