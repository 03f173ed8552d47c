import { type ErrorText, type Fen, formatYuan, type Ppm } from '@unifare/core'
import { type Fee, type FeeQuestion, type FeeRow, feeOf, feeRowOf, rateOf } from '../fees.ts'
import { type Shares, sharesOf } from '../netting.ts'

/** Why a charge has its fee. */
export interface ExplainedFee {
  readonly row: FeeRow
  readonly fee: Fee
  /** What the operator receives, the issuer pays and the centre keeps, exact. */
  readonly shares: Shares
  /** Rows that fit too, and are less specific. */
  readonly beaten: readonly string[]
  readonly text: ErrorText
}

/** Explains the fee of an amount to people; undefined when no row fits and the charge is rejected. */
export function explainFee(
  rows: readonly FeeRow[],
  asked: FeeQuestion & { readonly amountFen: Fen },
): ExplainedFee | undefined {
  const row = feeRowOf(rows, asked)
  const fee = feeOf(rows, asked)
  if (row === undefined || fee === undefined) return undefined
  const shares = sharesOf(asked.amountFen, fee)
  const beaten = rows.filter((one) => one !== row && feeRowOf([one], asked) !== undefined)
  return {
    row,
    fee,
    shares,
    beaten: beaten.map(({ id }) => id),
    text: textOf({ row, fee, shares, amountFen: asked.amountFen }),
  }
}

function textOf({
  row,
  fee,
  shares,
  amountFen,
}: Pick<ExplainedFee, 'row' | 'fee' | 'shares'> & { readonly amountFen: Fen }): ErrorText {
  const rate = percent(rateOf(row, amountFen))
  const tier = row.tiers?.findLast(({ fromFen }) => amountFen >= fromFen)
  const bound = boundOf(row, { fee, amountFen })
  const [a, i] = [percent(row.acquirerSharePpm), percent(row.issuerSharePpm)]
  const sum = formatYuan(amountFen)
  const { acquirerMicro, issuerMicro, centreMicro } = fee
  const { operatorMicro, issuerMicro: paysMicro } = shares
  return {
    en:
      `Row ${row.id} (${scopeOf(row).en}, from ${row.validFrom}): ${rate}${tier === undefined ? '' : ` (from ${formatYuan(tier.fromFen)} CNY on)`} of ${sum} CNY ${bound.en}. ` +
      `The operator keeps ${a} of it, ${fen(acquirerMicro)} fen, the issuer ${i}, ${fen(issuerMicro)} fen, the centre the rest, ${fen(centreMicro)} fen. ` +
      `So the operator receives ${fen(operatorMicro)} fen and the issuer pays ${fen(paysMicro)} fen.`,
    zh:
      `费率行 ${row.id}（${scopeOf(row).zh}，自 ${row.validFrom} 起）：${sum} 元的 ${rate}${tier === undefined ? '' : `（${formatYuan(tier.fromFen)} 元起）`} ${bound.zh}；` +
      `其中收单机构得 ${a}，${fen(acquirerMicro)} 分，发卡机构得 ${i}，${fen(issuerMicro)} 分，其余 ${fen(centreMicro)} 分归清分中心。` +
      `收单机构实收 ${fen(operatorMicro)} 分，发卡机构实付 ${fen(paysMicro)} 分。`,
  }
}

/** What a rate comes to, and why the fee is another. */
function boundOf(
  row: FeeRow,
  { fee, amountFen }: { readonly fee: Fee; readonly amountFen: Fen },
): ErrorText {
  const { feeMicro } = fee
  const rated = BigInt(amountFen) * BigInt(rateOf(row, amountFen))
  if (rated === feeMicro) {
    return { en: `is ${fen(feeMicro)} fen`, zh: `为手续费 ${fen(feeMicro)} 分` }
  }
  const why =
    feeMicro < rated
      ? { en: 'at most', zh: '上限' }
      : feeMicro === BigInt(row.floorMicro ?? 0)
        ? { en: 'at least', zh: '下限' }
        : { en: 'at least its floor, and no more than the charge:', zh: '下限（不超过交易额）' }
  return {
    en: `is ${fen(rated)} fen, ${why.en} ${fen(feeMicro)} fen`,
    zh: `为 ${fen(rated)} 分，按${why.zh}收手续费 ${fen(feeMicro)} 分`,
  }
}

/** What a row is for, in words. */
function scopeOf({ mode, acquirer, issuer }: FeeRow): ErrorText {
  const named = [
    mode === 'any' ? undefined : { en: mode, zh: `方式 ${mode}` },
    acquirer === 'any' ? undefined : { en: `operator ${acquirer}`, zh: `收单机构 ${acquirer}` },
    issuer === 'any' ? undefined : { en: `issuer ${issuer}`, zh: `发卡机构 ${issuer}` },
  ].filter((part) => part !== undefined)
  if (named.length === 0) return { en: 'for everything', zh: '适用于全部' }
  return {
    en: named.map(({ en }) => en).join(', '),
    zh: named.map(({ zh }) => zh).join('，'),
  }
}

/** Parts of a million as per cent, exact. */
function percent(ppm: Ppm): string {
  return `${decimal(BigInt(ppm), 4)} %`
}

/** Micro-fen as fen, exact. */
function fen(micro: bigint): string {
  return decimal(micro, 6)
}

function decimal(value: bigint, places: number): string {
  const sign = value < 0n ? '-' : ''
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0')
  const rest = digits.slice(-places).replace(/0+$/, '')
  return `${sign}${digits.slice(0, -places)}${rest === '' ? '' : `.${rest}`}`
}
