import { fen, formatYuan, type Instant, sumFen, UnifareError } from '@unifare/core'
import { XMLBuilder } from 'fast-xml-parser'
import type { MemberAccount, Payment } from './payment.ts'

const NAMESPACE = 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.09'
const CURRENCY = 'CNY'
/** What ISO 20022 lets stand in an identifier, and how long. */
const PLAIN = /^[A-Za-z0-9/?:().,'+ -]{1,35}$/

/** A file of payments. */
export interface PaymentFile {
  readonly id: string
  readonly createdAt: Instant
  /** Who hands the file in. */
  readonly initiator: string
  readonly payments: readonly Payment[]
  readonly accounts: ReadonlyMap<string, MemberAccount>
}

/**
 * Writes payments as a pain.001-like file (ISO 20022 CustomerCreditTransferInitiation), one block a
 * debtor and value date. The same payments give the same bytes. Throws `bank.bad-payment` for an
 * amount that is not above zero, an id that is no ISO 20022 identifier or stands twice, and a member
 * without an account.
 */
export function paymentFile(file: PaymentFile): string {
  const { payments } = file
  checkPayments(file)
  const blocks = new Map<string, Payment[]>()
  for (const payment of payments) {
    const key = `${payment.valueDate}/${payment.debtor}`
    const block = blocks.get(key)
    if (block === undefined) blocks.set(key, [payment])
    else block.push(payment)
  }
  const ordered = [...blocks].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, block]) => block)
  const document = {
    '?xml': { '@version': '1.0', '@encoding': 'UTF-8' },
    Document: {
      '@xmlns': NAMESPACE,
      CstmrCdtTrfInitn: {
        GrpHdr: {
          MsgId: file.id,
          CreDtTm: new Date(file.createdAt).toISOString(),
          ...totals(payments),
          InitgPty: partyOf(file, file.initiator),
        },
        PmtInf: ordered.map((block, index) => blockOf(file, block, index)),
      },
    },
  }
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: '@',
    format: true,
    suppressEmptyNode: true,
  })
  return String(builder.build(document))
}

function blockOf(file: PaymentFile, block: readonly Payment[], index: number) {
  const [{ debtor, valueDate }] = block as [Payment]
  return {
    PmtInfId: `${file.id.slice(0, 29)}-${String(index + 1).padStart(5, '0')}`,
    PmtMtd: 'TRF',
    ...totals(block),
    ReqdExctnDt: { Dt: valueDate },
    Dbtr: partyOf(file, debtor),
    DbtrAcct: accountOf(file, debtor),
    DbtrAgt: agentOf(file, debtor),
    CdtTrfTxInf: block.map(({ endToEnd, amountFen, creditor }) => ({
      PmtId: { EndToEndId: endToEnd },
      Amt: { InstdAmt: { '@Ccy': CURRENCY, '#text': formatYuan(amountFen) } },
      CdtrAgt: agentOf(file, creditor),
      Cdtr: partyOf(file, creditor),
      CdtrAcct: accountOf(file, creditor),
    })),
  }
}

function totals(payments: readonly Payment[]) {
  const sum = sumFen(payments.map(({ amountFen }) => amountFen))
  return { NbOfTxs: String(payments.length), CtrlSum: formatYuan(sum) }
}

function partyOf(file: PaymentFile, id: string) {
  return { Nm: memberOf(file, id).name, Id: { OrgId: { Othr: { Id: id } } } }
}

function accountOf(file: PaymentFile, id: string) {
  return { Id: { Othr: { Id: memberOf(file, id).account } }, Ccy: CURRENCY }
}

function agentOf(file: PaymentFile, id: string) {
  return { FinInstnId: { ClrSysMmbId: { MmbId: memberOf(file, id).bank } } }
}

function memberOf({ accounts }: PaymentFile, id: string): MemberAccount {
  const member = accounts.get(id)
  if (member === undefined) throw badPayment(`member ${id} has no account at a bank`)
  return member
}

function checkPayments({ id, payments }: PaymentFile): void {
  const names = new Set<string>()
  if (!PLAIN.test(id)) throw badPayment(`"${id}" is no name of a file`)
  for (const { endToEnd, amountFen, debtor, creditor } of payments) {
    if (!PLAIN.test(endToEnd)) throw badPayment(`"${endToEnd}" is no end-to-end id`)
    if (names.has(endToEnd)) throw badPayment(`${endToEnd} stands twice`)
    names.add(endToEnd)
    if (fen(amountFen) <= 0) throw badPayment(`${endToEnd}: ${amountFen} fen`)
    if (debtor === creditor) throw badPayment(`${endToEnd}: ${debtor} would pay itself`)
  }
}

function badPayment(reason: string): UnifareError {
  return new UnifareError('bank.bad-payment', reason)
}
