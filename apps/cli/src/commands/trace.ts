import { parseTapId } from '@unifare/tap'
import { askNetwork } from '../client.ts'
import { EXIT, printJson, printLines } from '../output.ts'
import type { Trace } from '../tracing.ts'

/** Shows the way of a tap; exit code 1 when a stage is missing. */
export async function trace(
  tap: string,
  options: { readonly json?: boolean; readonly port: number },
): Promise<number> {
  parseTapId(tap)
  const found = (await askNetwork(options.port, `/api/trace/${encodeURIComponent(tap)}`)) as Trace
  if (options.json === true) printJson(found)
  else printLines(...found.steps.flatMap(describe))
  return found.complete ? EXIT.ok : EXIT.differences
}

function describe({ found, en, zh, data }: Trace['steps'][number]): string[] {
  return [`${found ? '✓' : '✗'} ${en} · ${zh}`, ...indent(found ? data : 'missing'), '']
}

function indent(data: unknown): string[] {
  return JSON.stringify(data, null, 2)
    .split('\n')
    .map((line) => `    ${line}`)
}
