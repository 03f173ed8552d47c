import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { FileAnswer } from '@unifare/centre'
import { formatYuan, requireData, UnifareError } from '@unifare/core'
import { describeFault, type FileFault, readFileName } from '@unifare/tunion'
import { askNetwork } from '../../client.ts'
import { EXIT, printJson, printLines } from '../../output.ts'

/** Sends an upload file in the name of the operator that its name tells. */
export async function importFile(
  path: string,
  { json, port }: { readonly json?: boolean; readonly port: number },
): Promise<number> {
  const name = basename(path)
  const { kind, institution } = readFileName(name)
  requireData(kind === 'UP', 'tunion.wrong-kind', `${name} is no upload file`)
  const content = await readFile(path).catch((error: Error) => {
    throw new UnifareError('files.unreadable', `${path} cannot be read: ${error.message}`)
  })
  const answer = (await askNetwork(port, `/api/files/${institution}/${name}`, {
    method: 'POST',
    body: content,
  })) as FileAnswer
  const faults = answer.faults as readonly FileFault[]
  if (json === true) printJson(answer)
  else {
    const { state, records, repeated, amountFen, gaps } = answer
    printLines(
      `${name}: ${state}, ${records} records, ${repeated} of them known before, ${formatYuan(amountFen)} CNY`,
      ...faults.map(describeFault),
      ...gaps.map(({ from, to }) => `missing: files ${from} to ${to}`),
    )
  }
  return answer.state === 'accepted' ? EXIT.ok : EXIT.badData
}
