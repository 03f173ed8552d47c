import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResultFile } from '@unifare/centre'
import { fromHex } from '@unifare/core'
import { readFileName } from '@unifare/tunion'
import { askNetwork } from '../../client.ts'
import { EXIT, printJson, printLines } from '../../output.ts'

interface ExportOptions {
  readonly member: string
  readonly day: string
  readonly out?: string
  readonly json?: boolean
  readonly port: number
}

/** Writes a member's result files of a day. */
export async function exportFiles({
  member,
  day,
  out,
  json,
  port,
}: ExportOptions): Promise<number> {
  const path = `/api/files/results/${encodeURIComponent(member)}/${encodeURIComponent(day)}`
  const made = (await askNetwork(port, path)) as (Omit<ResultFile, 'bytes'> & { bytes: string })[]
  if (out !== undefined) {
    await mkdir(out, { recursive: true })
    for (const { name, bytes } of made) {
      // What a network answers must not name a place outside the folder.
      readFileName(name)
      await writeFile(join(out, name), fromHex(bytes), { mode: 0o600 })
    }
  }
  const told = made.map(({ bytes: _bytes, ...file }) => file)
  if (json === true) printJson(told)
  else {
    printLines(
      ...told.map(({ name, records, left }) =>
        [
          `${name} ${records} records`,
          ...(left.length > 0 ? [`${left.length} charges have no place`] : []),
        ].join(', '),
      ),
    )
  }
  return EXIT.ok
}
