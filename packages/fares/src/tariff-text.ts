import { UnifareError } from '@unifare/core'
import { isCollection, isNode, LineCounter, type Node, parseDocument } from 'yaml'
import { parseTariff } from './parse-tariff.ts'
import type { Fault } from './reader.ts'
import type { Tariff } from './tariff.ts'

/** A fault with its place in the text, both counted from 1. */
export interface PlacedFault extends Fault {
  readonly line: number
  readonly column: number
}

/**
 * Reads a tariff file: one tariff or a list of them, as YAML or JSON, which is YAML. Throws
 * `fares.bad-tariff` with all faults of all tariffs in `details.faults`, each with line and column.
 */
export function parseTariffText(text: string): readonly Tariff[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true })
  if (document.errors.length > 0) {
    throw refused(
      document.errors.map(({ code, message, pos }) => ({
        path: '',
        rule: `syntax.${code.toLowerCase().replaceAll('_', '-')}`,
        message: message.split('\n')[0] ?? message,
        ...placeAt(lines, pos[0]),
      })),
    )
  }
  const content = contentOf(document)
  const many = Array.isArray(content)
  const items: readonly unknown[] = many ? content : [content]
  if (items.length === 0) {
    const message = 'the list holds no tariff'
    throw refused([{ path: '', rule: 'list.empty', message, line: 1, column: 1 }])
  }
  const faults: PlacedFault[] = []
  const tariffs = items.flatMap((item, index) => {
    try {
      return [parseTariff(item)]
    } catch (error) {
      for (const fault of faultsOf(error)) {
        const path = many ? [index, ...pathOf(fault.path)] : pathOf(fault.path)
        const node = nearestNode(document.contents, path)
        const place = placeAt(lines, node?.range?.[0] ?? 0)
        faults.push({ ...fault, path: many ? `[${index}].${fault.path}` : fault.path, ...place })
      }
      return []
    }
  })
  if (faults.length > 0) throw refused(faults)
  return tariffs
}

/** Aliases of aliases can blow a small text up without end: the reader stops there. */
function contentOf(document: ReturnType<typeof parseDocument>): unknown {
  try {
    return document.toJS()
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error
    const { message } = error
    throw refused([{ path: '', rule: 'syntax.alias', message, line: 1, column: 1 }])
  }
}

function refused(faults: readonly PlacedFault[]): UnifareError {
  const [first] = faults
  const told =
    first === undefined
      ? ''
      : `line ${first.line} column ${first.column}: ${first.path} ${first.message}`
  return new UnifareError('fares.bad-tariff', `${told} (${faults.length} in all)`, { faults })
}

function faultsOf(error: unknown): readonly Fault[] {
  if (!(error instanceof UnifareError)) throw error
  return error.details['faults'] as readonly Fault[]
}

function placeAt(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}

/** `rules[2].base.steps[0].widthM` as keys. */
function pathOf(path: string): (string | number)[] {
  return [...path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)].map(([, name, index]) =>
    index === undefined ? (name ?? '') : Number(index),
  )
}

/** The node of a path, or of as much of it as there is: a missing field is told at its object. */
function nearestNode(root: unknown, path: readonly (string | number)[]): Node | undefined {
  let node = isNode(root) ? root : undefined
  for (const key of path) {
    const next: unknown = isCollection(node) ? node.get(key, true) : undefined
    if (!isNode(next)) break
    node = next
  }
  return node
}
