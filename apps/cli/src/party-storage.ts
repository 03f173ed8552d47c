import { join } from 'node:path'
import { createMemoryRepository, type Env, type Storage } from '@unifare/core'
import { createFileStorage } from '@unifare/core/node'
import type { PlannedOperator } from '@unifare/twin'

/** Journals of terminals are small: hundreds of them stand on one disk here. */
const TERMINAL_STEP_BYTES = 64 * 1024

/** Folder of an institution's journal and files under a data folder. */
export function institutionDir(dataDir: string, id: string): string {
  return join(dataDir, 'parties', id)
}

/** Journal and files of an institution under a data folder. */
export function openInstitutionStorage(dataDir: string, id: string): Promise<Storage> {
  return createFileStorage(institutionDir(dataDir, id))
}

/** What an operator's terminals stand on: one folder of small journals, and no database. */
export async function openTerminalStanding(
  dataDir: string,
  { institution }: PlannedOperator,
): Promise<Pick<Env, 'storage' | 'repository'>> {
  const storage = await createFileStorage(join(dataDir, 'terminals', institution.id), {
    stepBytes: TERMINAL_STEP_BYTES,
  })
  return { storage, repository: createMemoryRepository() }
}
