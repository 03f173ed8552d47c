import { useText } from '@unifare/language'
import { formatCount } from '../format/money.ts'
import { inputTexts, unitTexts } from '../i18n/exposure-texts.ts'
import type { ExposureFormula, ExposureInput, ExposureValues } from '../model-exposure.ts'
import { formulas, piecesOf } from './formulas.ts'
import { inputRanges, inUnit } from './inputs.ts'

/** A formula in its symbols, each of which tells what it means. */
export function FormulaLine({ formula }: { readonly formula: ExposureFormula }) {
  const t = useText()
  const { name, text } = formulas[formula]
  return (
    <p class="formula">
      <var>{name}</var> ={' '}
      {piecesOf(text).map((piece, at) =>
        typeof piece === 'string' ? (
          piece
        ) : (
          <var key={at} title={t(inputTexts[piece.input])}>
            {inputRanges[piece.input].symbol}
          </var>
        ),
      )}
    </p>
  )
}

/** The same with the values in the place of the symbols. */
export function WorkedLine({
  formula,
  values,
}: {
  readonly formula: ExposureFormula
  readonly values: ExposureValues
}) {
  const t = useText()
  const written = (input: ExposureInput) => {
    const { unit } = inputRanges[input]
    const number = inUnit(input, values[input])
    const digits = Number.isInteger(number) ? formatCount(number) : String(number)
    const word = t(unitTexts[unit])
    if (unit === 'percent' || unit === 'perHour') return `${digits}${word}`
    return word === '' ? digits : `${digits} ${word}`
  }
  return (
    <p class="formula formula-worked">
      ={' '}
      {piecesOf(formulas[formula].text)
        .map((piece) => (typeof piece === 'string' ? piece : written(piece.input)))
        .join('')}
    </p>
  )
}
