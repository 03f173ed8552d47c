import { useText } from '@unifare/language'
import { hexGroups } from '../format/names.ts'
import { rideTexts } from '../i18n/ride-texts.ts'

const HEAD_DIGITS = 256
const LINE_DIGITS = 32

/** A tap's bytes, sixteen to a line: the fixed head, then the evidence. */
export function HexView({ hex }: { readonly hex: string }) {
  const t = useText()
  const parts = [
    { name: t(rideTexts.head), digits: hex.slice(0, HEAD_DIGITS) },
    { name: t(rideTexts.evidence), digits: hex.slice(HEAD_DIGITS) },
  ].filter(({ digits }) => digits !== '')
  return (
    <div class="hex">
      {parts.map(({ name, digits }) => (
        <div key={name}>
          <p class="faint">
            {name} · {digits.length / 2} {t(rideTexts.bytes)}
          </p>
          <pre tabIndex={0}>
            {hexGroups(digits, LINE_DIGITS)
              .map((line) => hexGroups(line, 2).join(' '))
              .join('\n')}
          </pre>
        </div>
      ))}
    </div>
  )
}
