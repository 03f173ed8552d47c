import { describe, expect, test } from 'vitest'
import { fareMatrix, readFareMatrix } from './fare-matrix.ts'

const COLUMNS = { from: 'SRC', to: 'DEST', amounts: { adult: 'ADULT', student: 'STUDENT' } }
const HEADER = 'SRC,DEST,ADULT,STUDENT\n'
const FOUR = '1,1,0,0\n1,2,5.5,2.5\n2,1,5.5,2.7\n2,2,0,0\n'

function faultsOf(text: string) {
  try {
    readFareMatrix(text, COLUMNS)
  } catch (error) {
    return (error as { details: { faults: { path: string; rule: string }[] } }).details.faults.map(
      ({ path, rule }) => [path, rule],
    )
  }
  return []
}

describe('a matrix file', () => {
  test('becomes a table for each class; what is symmetric says so', () => {
    expect(readFareMatrix(`\u{feff}${HEADER}${FOUR}`, COLUMNS)).toEqual([
      { id: 'adult', places: [[1], [2]], symmetric: true, amountsFen: [0, 550, 550, 0] },
      { id: 'student', places: [[1], [2]], symmetric: false, amountsFen: [0, 250, 270, 0] },
    ])
    const rows = [
      ['SRC', 'DEST', 'ADULT', 'STUDENT'],
      ['7', '7', '1', '0.5'],
    ]
    expect(fareMatrix(rows, COLUMNS)[1]?.amountsFen).toEqual([50])
  })

  test.each([
    ['a column is missing', 'SRC,DEST,ADULT\n1,1,2\n', [['1:1', 'missing-column']]],
    ['an amount is none', `${HEADER}1,1,2,x\n`, [['2:4', 'table.amount']]],
    ['a float trap is no amount', `${HEADER}1,1,2.005,1\n`, [['2:3', 'table.amount']]],
    ['a station is none', `${HEADER}1,1,2,1\nA,1,2,1\n`, [['3:1', 'table.station']]],
    [
      'a pair is there twice',
      `${HEADER}1,1,2,1\n1,1,3,1\n`,
      [
        ['3:3', 'table.duplicate'],
        ['3:4', 'table.duplicate'],
      ],
    ],
    ['a row that somebody added', `${HEADER}${FOUR}3,3,1000,500\n`, [['', 'table.not-square']]],
  ])('%s', (_, text, faults) => {
    expect(faultsOf(text)).toEqual(faults)
  })
})
