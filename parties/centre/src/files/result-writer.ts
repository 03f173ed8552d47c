import type { Day, Env, Tx } from '@unifare/core'
import type { CardPrefix } from '@unifare/tunion'
import { type FileMember, writeMissingResultFiles, writeResultFiles } from './result-files.ts'

/** What of files of the T-Union-like profile a centre is told. */
export interface FileOptions {
  /** Members that get result files beside their statements. */
  readonly fileMembers?: readonly FileMember[]
  /** Whose card numbers begin how: for the white list of card prefixes among those files. */
  readonly cardPrefixes?: readonly CardPrefix[]
  /** Most records of a file; what the profile's count can tell unless given. */
  readonly fileRecordsMax?: number
}

/** Writes a centre's result files: of a day that closed, and of those that a crash left out. */
export interface ResultWriter {
  readonly write: (tx: Tx, day: Day) => Promise<void>
  readonly writeMissing: (tx: Tx) => Promise<void>
}

/** The writer of a centre's result files into its storage. */
export function createResultWriter(
  options: FileOptions & { readonly id: string; readonly env: Pick<Env, 'storage'> },
): ResultWriter {
  const { id: centre, env, fileMembers: members = [], cardPrefixes: prefixes } = options
  const told = { centre, members, prefixes }
  return {
    async write(tx, day) {
      await writeResultFiles(tx, env.storage, { ...told, day })
    },
    writeMissing: (tx) => writeMissingResultFiles(tx, env.storage, told),
  }
}
