import { describe, expect, it } from 'vitest'
import { recordedDay } from '../fixture/index.ts'
import { matrixView } from './matrix-model.ts'

const { settlement, cities } = recordedDay
if (settlement === null) throw new TypeError('the recorded day is not settled')
const view = matrixView(settlement, cities)
const columns = view.groups.flatMap((group) => group.columns)

describe('the settlement matrix', () => {
  it('keeps every operator once, under its city', () => {
    expect(columns.map(({ id }) => id).sort()).toEqual([...settlement.matrix.operators].sort())
    for (const group of view.groups) {
      const city = cities.find(({ division }) => division === group.division)
      expect(city?.operators.map(({ id }) => id)).toEqual(group.columns.map(({ id }) => id))
    }
  })

  it('ties: rows, columns and the settled amount are one sum', () => {
    const sum = (totals: readonly { totalFen: number }[]) =>
      totals.reduce((total, { totalFen }) => total + totalFen, 0)
    expect(sum(view.rows)).toBe(settlement.settledFen)
    expect(sum(columns)).toBe(settlement.settledFen)
    expect(view.totalFen).toBe(settlement.settledFen)
  })

  it('puts amounts under their operator whatever the order of columns', () => {
    const { matrix } = settlement
    const turned = {
      ...settlement,
      matrix: {
        ...matrix,
        operators: matrix.operators.toReversed(),
        amountsFen: matrix.amountsFen.map((row) => row.toReversed()),
      },
    }
    expect(matrixView(turned, cities)).toEqual(view)
  })

  it('marks rides at home and shades the largest amount fully', () => {
    const cells = view.rows.flatMap((row) => row.cells)
    expect(Math.max(...cells.map(({ heat }) => heat))).toBe(1)
    const beijing = view.rows.find(({ id }) => id === '01011000')
    const home = beijing?.cells.filter((cell) => cell.home).map(({ operator }) => operator)
    expect(home).toEqual(['11011001', '11011002'])
  })

  it('shows operators of cities that the overview does not know', () => {
    const lonely = matrixView(settlement, [])
    expect(lonely.groups).toHaveLength(1)
    expect(lonely.totalFen).toBe(settlement.settledFen)
  })
})
