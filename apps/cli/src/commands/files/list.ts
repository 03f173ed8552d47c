import type { listFiles } from '@unifare/centre'
import { formatYuan } from '@unifare/core'
import { askNetwork } from '../../client.ts'
import { EXIT, printJson, printLines } from '../../output.ts'

/** Lists files that came in; exit code 1 when files are missing. */
export async function printFiles({
  json,
  port,
}: {
  readonly json?: boolean
  readonly port: number
}): Promise<number> {
  const list = (await askNetwork(port, '/api/files')) as Awaited<ReturnType<typeof listFiles>>
  const { files, gaps } = list
  if (json === true) printJson(list)
  else if (files.length === 0) printLines('no files')
  else {
    printLines(
      ...files.map(
        ({ name, state, records, amountFen, verdict }) =>
          `${name} ${state.padEnd(8)} ${String(records).padStart(7)} records ${formatYuan(amountFen).padStart(12)} CNY ${verdict}`,
      ),
      ...gaps.map(
        ({ sender, kind, from, to }) => `! ${sender} ${kind}: files ${from} to ${to} are missing`,
      ),
    )
  }
  return gaps.length === 0 ? EXIT.ok : EXIT.differences
}
