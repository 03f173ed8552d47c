const MINUS = '−'
const MICRO_DIGITS = 8

/** Whole fen as yuan with two decimals and grouped thousands: `-123456` is `−1,234.56`. */
export function formatYuan(amountFen: number): string {
  const sign = amountFen < 0 ? MINUS : ''
  const digits = String(Math.abs(amountFen)).padStart(3, '0')
  return `${sign}${groupThousands(digits.slice(0, -2))}.${digits.slice(-2)}`
}

/** As `formatYuan`, with a plus sign before amounts above zero. */
export function formatSignedYuan(amountFen: number): string {
  return amountFen > 0 ? `+${formatYuan(amountFen)}` : formatYuan(amountFen)
}

/** Integer micro-fen, as text, in yuan: exact, with four to eight decimals. */
export function formatMicroFen(amountMicro: string): string {
  const negative = amountMicro.startsWith('-')
  const digits = amountMicro.replace('-', '').padStart(MICRO_DIGITS + 1, '0')
  const decimals = digits.slice(-MICRO_DIGITS).replace(/0+$/, '').padEnd(4, '0')
  return `${negative ? MINUS : ''}${groupThousands(digits.slice(0, -MICRO_DIGITS))}.${decimals}`
}

/** A count with grouped thousands. */
export function formatCount(count: number): string {
  return groupThousands(String(count))
}

function groupThousands(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}

const LARGE = {
  zh: [
    { from: 100_000_000, unit: 100_000_000, mark: '亿' },
    { from: 10_000, unit: 10_000, mark: '万' },
  ],
  en: [
    { from: 1_000_000_000, unit: 1_000_000_000, mark: 'B' },
    { from: 1_000_000, unit: 1_000_000, mark: 'M' },
    { from: 10_000, unit: 1_000, mark: 'k' },
  ],
} as const

/** Fen as yuan for the axis of a picture: short, rounded, without decimals where there are none. */
export function formatShortYuan(amountFen: number, language: keyof typeof LARGE): string {
  const yuan = amountFen / 100
  const large = LARGE[language].find(({ from }) => Math.abs(yuan) >= from)
  if (large !== undefined) {
    const value = yuan / large.unit
    return `${Number(value.toFixed(Math.abs(value) < 10 ? 2 : 1))}${large.mark}`
  }
  return Number.isInteger(yuan) ? groupThousands(String(yuan)) : yuan.toFixed(2)
}
