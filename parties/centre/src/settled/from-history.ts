import type { Storage } from '@unifare/core'
import { isRefusal } from '@unifare/tap'
import { mending } from '../segments/mend-files.ts'

/** What closed days left, for who applies a message or closes a day. */
export interface SettledHistory {
  readonly storage: Storage
  /** Clears closed days again whose files are not there. */
  readonly restore?: () => Promise<unknown>
}

/**
 * Reads what closed days left. A file that is not as it was written is put aside, and days without
 * their files are cleared again; what fails even then is a fault of the centre: nothing that was
 * taken in is refused for it.
 */
export async function fromHistory<T>(
  { storage, restore }: SettledHistory,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await mending(storage, work)
  } catch (error) {
    if (!isRefusal(error)) throw error
    if (restore === undefined) throw faultOf(error)
  }
  await restore()
  try {
    return await work()
  } catch (error) {
    throw isRefusal(error) ? faultOf(error) : error
  }
}

function faultOf(error: Error): Error {
  return new Error(`what settled before cannot be read: ${error.message}`, { cause: error })
}
