import { type Day, formatYuan } from '@unifare/core'
import { VERDICTS, type Verdict } from '../verdicts.ts'
import type { ProofRow, Subject } from './subject.ts'

/** Words for people in both languages. */
export interface ProofText {
  readonly en: string
  readonly zh: string
}

/** What a proof proves, and what it does not. */
export function proofText(proved: {
  readonly subject: Subject
  readonly row: ProofRow
  readonly day: Day
}): ProofText {
  const said = saidOf(proved.subject, proved.row)
  const { day } = proved
  return {
    en: `${said.en} This stands in the settled day ${day}, under the root that the centre signed. It proves presence alone: it does not say that nothing else stands there, nor that anything is absent.`,
    zh: `${said.zh}此项列于 ${day} 日已关账清分结果，受清分中心签名的日根约束。本证明仅证明存在，不证明没有其他项，也不证明任何项不存在。`,
  }
}

function saidOf(subject: Subject, row: ProofRow): ProofText {
  switch (subject.kind) {
    case 'charge':
      return chargeText(row)
    case 'tap': {
      const charge = chargeText(row)
      return {
        en: `Tap ${subject.delivery} backs a charge. ${charge.en}`,
        zh: `刷卡记录 ${subject.delivery} 是一笔收费的依据。${charge.zh}`,
      }
    }
    case 'order':
      return {
        en: `Order ${subject.order} (${text(row['kind'])}) of issuer ${subject.issuer} with agent ${text(row['agent'])}: ${yuan(row['amountFen'])} CNY settles.`,
        zh: `发卡机构 ${subject.issuer} 与代理 ${text(row['agent'])} 的订单 ${subject.order}（${text(row['kind'])}）：${yuan(row['amountFen'])} 元计入结算。`,
      }
    case 'position':
      return {
        en: `Member ${subject.member} receives ${yuan(row['receivableFen'])} CNY and pays ${yuan(row['payableFen'])} CNY: net ${yuan(row['netFen'])} CNY.`,
        zh: `成员机构 ${subject.member} 应收 ${yuan(row['receivableFen'])} 元，应付 ${yuan(row['payableFen'])} 元，净额 ${yuan(row['netFen'])} 元。`,
      }
  }
}

const NO_PART: ProofText = { en: '', zh: '' }

function chargeText(row: ProofRow): ProofText {
  const verdict = text(row['verdict'])
  const words = Object.hasOwn(VERDICTS, verdict) ? VERDICTS[verdict as Verdict] : undefined
  const [charge, operator, issuer] = [row['charge'], row['operator'], row['issuer']].map(text)
  const amount = yuan(row['amountFen'])
  const tapDay = text(row['tapDay'])
  const taps = Array.isArray(row['taps']) ? row['taps'].map(text).join(', ') : '?'
  // A leaf of rows may end in the middle of a charge: it proves the taps that it holds.
  const part =
    row['rows'] === undefined ? NO_PART : { en: ` for taps ${taps}`, zh: `（记录 ${taps}）` }
  return {
    en: `Charge ${charge} of operator ${operator} to issuer ${issuer} over ${amount} CNY${part.en}, ridden on ${tapDay}: ${words?.en ?? verdict} (${verdict}).`,
    zh: `收单机构 ${operator} 向发卡机构 ${issuer} 的收费 ${charge}，${amount} 元${part.zh}，乘车日 ${tapDay}：${words?.zh ?? verdict}（${verdict}）。`,
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '?'
}

function yuan(value: unknown): string {
  return Number.isSafeInteger(value) ? formatYuan(Number(value)) : '?'
}
