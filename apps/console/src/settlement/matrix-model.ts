import type { OverviewCity, OverviewSettlement } from '../model.ts'

export interface MatrixColumn {
  readonly id: string
  readonly modes: readonly string[]
  readonly totalFen: number
}

/** Columns of one city, side by side under its name. */
export interface MatrixGroup {
  readonly division: string
  readonly nameZh: string
  readonly nameEn: string
  readonly columns: readonly MatrixColumn[]
}

export interface MatrixCell {
  readonly operator: string
  readonly amountFen: number
  /** From 0, nothing, to 1, the largest amount. */
  readonly heat: number
  /** Whether issuer and operator are of one city. */
  readonly home: boolean
}

export interface MatrixRow {
  readonly id: string
  readonly nameZh: string
  readonly nameEn: string
  readonly cells: readonly MatrixCell[]
  readonly totalFen: number
}

/** The matrix as it is drawn: columns by city, totals on both edges. */
export interface MatrixView {
  readonly groups: readonly MatrixGroup[]
  readonly rows: readonly MatrixRow[]
  readonly totalFen: number
}

/** Arranges a settlement's matrix; operators of no known city are left to a group of their own. */
export function matrixView(
  { matrix, members }: OverviewSettlement,
  cities: readonly OverviewCity[],
): MatrixView {
  const memberOf = new Map(members.map((member) => [member.id, member]))
  const amountOf = (row: number, operator: string) =>
    matrix.amountsFen[row]?.[matrix.operators.indexOf(operator)] ?? 0
  const most = Math.max(1, ...matrix.amountsFen.flat())
  const groups = groupsOf(matrix.operators, cities).map((group) => ({
    ...group,
    columns: group.columns.map((column) => ({
      ...column,
      totalFen: sum(matrix.issuers.map((_, row) => amountOf(row, column.id))),
    })),
  }))
  const rows = matrix.issuers.map((id, row) => {
    const issuer = memberOf.get(id)
    const cells = groups.flatMap(({ division, columns }) =>
      columns.map((column) => {
        const amountFen = amountOf(row, column.id)
        const heat = Math.sqrt(amountFen / most)
        return { operator: column.id, amountFen, heat, home: issuer?.division === division }
      }),
    )
    const totalFen = sum(cells.map(({ amountFen }) => amountFen))
    return { id, nameZh: issuer?.nameZh ?? id, nameEn: issuer?.nameEn ?? id, cells, totalFen }
  })
  return { groups, rows, totalFen: sum(rows.map(({ totalFen }) => totalFen)) }
}

function groupsOf(operators: readonly string[], cities: readonly OverviewCity[]): MatrixGroup[] {
  const known = cities.map(({ division, nameZh, nameEn, operators: own }) => ({
    division,
    nameZh,
    nameEn,
    columns: own
      .filter(({ id }) => operators.includes(id))
      .map(({ id, modes }) => ({ id, modes, totalFen: 0 })),
  }))
  const placed = new Set(known.flatMap(({ columns }) => columns.map(({ id }) => id)))
  const others = operators
    .filter((id) => !placed.has(id))
    .map((id) => ({ id, modes: [id], totalFen: 0 }))
  return [...known, { division: '', nameZh: '', nameEn: '', columns: others }].filter(
    ({ columns }) => columns.length > 0,
  )
}

function sum(amountsFen: readonly number[]): number {
  return amountsFen.reduce((total, amountFen) => total + amountFen, 0)
}
