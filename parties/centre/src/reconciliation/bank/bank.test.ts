import fc from 'fast-check'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { BANK_CSV_COLUMNS, parseBankCsv } from './bank-csv.ts'
import { parseAmount } from './bank-line.ts'
import { parseCamt053 } from './camt053.ts'
import { paymentFile } from './pain001.ts'
import type { MemberAccount, Payment } from './payment.ts'

const ENTRY = (reference: string, side: string, amount: string, details: string, status = 'BOOK') =>
  `<Ntry><Amt Ccy="CNY">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Sts><Cd>${status}</Cd></Sts>
   <BookgDt><Dt>2026-11-23</Dt></BookgDt><ValDt><Dt>2026-11-23</Dt></ValDt>
   <AcctSvcrRef>${reference}</AcctSvcrRef><NtryDtls>${details}</NtryDtls></Ntry>`
const DETAIL = (endToEnd: string, party: string, amount = '') =>
  `<TxDtls><Refs><EndToEndId>${endToEnd}</EndToEndId></Refs>${amount}<RltdPties>${party}</RltdPties></TxDtls>`
const DEBTOR = (id: string) =>
  `<Dbtr><Pty><Nm>铁路 &amp; 公交</Nm><Id><OrgId><Othr><Id>${id}</Id></Othr></OrgId></Id></Pty></Dbtr>`
const BALANCE = (code: string, amount: string, side = 'CRDT') =>
  `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="CNY">${amount}</Amt><CdtDbtInd>${side}</CdtDbtInd><Dt><Dt>2026-11-23</Dt></Dt></Bal>`
const STATEMENT = (balances: string, entries: string) =>
  `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
   <BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr><Stmt><Id>S1</Id><Acct><Id><Othr><Id>6200</Id></Othr></Id></Acct>
   ${balances}${entries}</Stmt></BkToCstmrStmt></Document>`

const DAY = [
  ENTRY('B1', 'CRDT', '603.00', DETAIL('W-00001', DEBTOR('20000001'))),
  ENTRY('B2', 'DBIT', '6.5', DETAIL('NOTPROVIDED', '<Cdtr><Nm>Bank</Nm></Cdtr>')),
  ENTRY('B3', 'CRDT', '99.00', '', 'PDNG'),
].join('')

describe('camt.053', () => {
  it('is read to the fen: booked entries, who and what for', () => {
    const xml = STATEMENT(BALANCE('OPBD', '10.00') + BALANCE('CLBD', '606.50'), DAY)
    expect(parseCamt053(xml)).toEqual([
      {
        id: 'S1',
        account: '6200',
        openingFen: 1_000,
        closingFen: 60_650,
        lines: [
          {
            reference: 'B1',
            endToEnd: 'W-00001',
            bookedOn: '2026-11-23',
            valueOn: '2026-11-23',
            amountFen: 60_300,
            counterparty: '20000001',
          },
          expect.objectContaining({ endToEnd: '', amountFen: -650, counterparty: 'Bank' }),
        ],
      },
    ])
  })

  it('takes a gathered entry apart, when its parts come to it', () => {
    const part = (id: string, amount: string) =>
      DETAIL(id, DEBTOR(id), `<Amt Ccy="CNY">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>`)
    const entry = (second: string) =>
      ENTRY('B9', 'CRDT', '3.00', part('20000001', '1.00') + part('20000002', second))
    const balances = BALANCE('OPBD', '1.00', 'DBIT') + BALANCE('CLBD', '2.00')
    const [statement] = parseCamt053(STATEMENT(balances, entry('2.00')))
    expect(statement?.lines.map(({ reference, amountFen }) => [reference, amountFen])).toEqual([
      ['B9/1', 100],
      ['B9/2', 200],
    ])
    expect(() => parseCamt053(STATEMENT(balances, entry('2.01')))).toThrow(
      expect.objectContaining({ code: 'bank.bad-statement' }),
    )
  })

  it.each([
    ['no XML', 'hello'],
    ['an open tag', '<Document>'],
    ['another document', '<Document></Document>'],
    ['a document type', `<!DOCTYPE a [<!ENTITY b "c">]>${STATEMENT('', '')}`],
    ['no balance', STATEMENT('', DAY)],
    ['a fen too little', STATEMENT(BALANCE('OPBD', '10.00') + BALANCE('CLBD', '606.49'), DAY)],
    ['part of a fen', STATEMENT(BALANCE('OPBD', '0.001') + BALANCE('CLBD', '0.001'), '')],
    ['a sign', STATEMENT(BALANCE('OPBD', '-1.00') + BALANCE('CLBD', '-1.00'), '')],
    ['a line twice', STATEMENT(BALANCE('OPBD', '0') + BALANCE('CLBD', '1193'), DAY + DAY)],
  ])('with %s is refused', (_, xml) => {
    expect(() => parseCamt053(xml)).toThrow(expect.objectContaining({ code: 'bank.bad-statement' }))
  })

  it('in another currency is refused', () => {
    const xml = STATEMENT(BALANCE('OPBD', '0') + BALANCE('CLBD', '0'), '').replaceAll('CNY', 'EUR')
    expect(() => parseCamt053(xml)).toThrow(
      expect.objectContaining({ code: 'bank.wrong-currency' }),
    )
  })

  it('adds up for all amounts', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -(10 ** 12), max: 10 ** 12 })), (amounts) => {
        const decimal = (fen: number) =>
          `${Math.floor(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}`
        const side = (fen: number) => (fen < 0 ? 'DBIT' : 'CRDT')
        const sum = amounts.reduce((total, fen) => total + fen, 0)
        const entries = amounts.map((fen, index) => ENTRY(`B${index}`, side(fen), decimal(fen), ''))
        const balances = BALANCE('OPBD', '0.00') + BALANCE('CLBD', decimal(sum), side(sum))
        const [statement] = parseCamt053(STATEMENT(balances, entries.join('')))
        expect(statement?.lines.map(({ amountFen }) => amountFen)).toEqual(amounts)
      }),
      { numRuns: 50 },
    )
  })
})

describe('the CSV profile', () => {
  const HEAD = BANK_CSV_COLUMNS.join(',')

  it('is read to the fen', () => {
    const csv = `\uFEFF${HEAD}\r\nB1,W-00001,2026-11-23,2026-11-23,credit,603.00,20000001\r\nB2,,2026-11-23,2026-11-24,debit,6.5,Bank\r\n`
    expect(parseBankCsv(csv, 'a.csv').lines).toEqual([
      expect.objectContaining({ reference: 'B1', amountFen: 60_300, counterparty: '20000001' }),
      expect.objectContaining({ endToEnd: '', amountFen: -650, valueOn: '2026-11-24' }),
    ])
  })

  it.each([
    ['other columns', 'a,b\n'],
    ['a cell too many', `${HEAD}\nB1,,2026-11-23,2026-11-23,credit,1.00,x,y\n`],
    ['no day', `${HEAD}\nB1,,2026-02-30,2026-11-23,credit,1.00,x\n`],
    ['no side', `${HEAD}\nB1,,2026-11-23,2026-11-23,C,1.00,x\n`],
    ['no reference', `${HEAD}\n,,2026-11-23,2026-11-23,credit,1.00,x\n`],
  ])('with %s is refused', (_, csv) => {
    expect(() => parseBankCsv(csv, 'a.csv')).toThrow(
      expect.objectContaining({ code: 'bank.bad-statement' }),
    )
  })
})

describe('amounts of banks', () => {
  it.each([
    ['0', 0],
    ['1.5', 150],
    ['1.50', 150],
    ['1.500', 150],
    ['9999999999999.99', 999_999_999_999_999],
  ])('%s is %i fen', (text, amountFen) => {
    expect(parseAmount(text)).toBe(amountFen)
  })

  it.each(['', '1.', '.5', '1,50', '1.005', '1e3', '-1', ' 1'])('"%s" is none', (text) => {
    expect(() => parseAmount(text)).toThrow(expect.objectContaining({ code: 'bank.bad-statement' }))
  })
})

/** A block of a payment file, as far as the test reads it. */
interface Block {
  readonly CtrlSum: string
  readonly Dbtr: Party
  readonly CdtTrfTxInf: readonly {
    readonly PmtId: { readonly EndToEndId: string }
    readonly Amt: { readonly InstdAmt: string }
    readonly Cdtr: Party
  }[]
}

interface Party {
  readonly Id: { readonly OrgId: { readonly Othr: { readonly Id: string } } }
}

const payment = (number: number, changes: Partial<Payment> = {}): Payment => ({
  endToEnd: `W202611-1-${String(number).padStart(5, '0')}`,
  debtor: number % 2 === 0 ? '20000001' : '10000000',
  creditor: number % 2 === 0 ? '10000000' : '30000001',
  amountFen: 100 * number + 7,
  valueDate: '2026-11-23',
  ...changes,
})
const ACCOUNTS = new Map<string, MemberAccount>(
  ['10000000', '20000001', '30000001'].map((id) => [
    id,
    { name: `公交 <${id}> & 地铁`, account: `62${id}`, bank: '102100099996' },
  ]),
)
const fileOf = (payments: readonly Payment[]) =>
  paymentFile({
    id: 'W202611-1',
    createdAt: Date.UTC(2026, 10, 21),
    initiator: '10000000',
    payments,
    accounts: ACCOUNTS,
  })

describe('pain.001', () => {
  it('says who pays whom how much, and its sums tie', () => {
    const payments = [1, 2, 3, 4, 5].map((number) => payment(number))
    const xml = fileOf(payments)
    expect(XMLValidator.validate(xml)).toBe(true)
    const parser = new XMLParser({
      parseTagValue: false,
      isArray: (name) => name === 'PmtInf' || name === 'CdtTrfTxInf',
    })
    const { GrpHdr, PmtInf } = parser.parse(xml).Document.CstmrCdtTrfInitn
    expect([GrpHdr.NbOfTxs, GrpHdr.CtrlSum]).toEqual(['5', '15.35'])
    const told = PmtInf.flatMap((block: Block) => {
      const sum = block.CdtTrfTxInf.reduce((total, one) => total + parseAmount(one.Amt.InstdAmt), 0)
      expect(parseAmount(block.CtrlSum)).toBe(sum)
      return block.CdtTrfTxInf.map((one) => [
        one.PmtId.EndToEndId,
        block.Dbtr.Id.OrgId.Othr.Id,
        one.Cdtr.Id.OrgId.Othr.Id,
        parseAmount(one.Amt.InstdAmt),
      ])
    })
    expect(new Set(told.map(String))).toEqual(
      new Set(
        payments.map((one) => `${one.endToEnd},${one.debtor},${one.creditor},${one.amountFen}`),
      ),
    )
    expect(told).toHaveLength(payments.length)
    expect(xml).toContain('公交 &lt;20000001&gt; &amp; 地铁')
    expect(fileOf(payments)).toBe(xml)
  })

  it.each([
    ['no amount', payment(1, { amountFen: 0 })],
    ['a negative amount', payment(1, { amountFen: -5 })],
    ['a long id', payment(1, { endToEnd: 'x'.repeat(36) })],
    ['an id of other letters', payment(1, { endToEnd: '一' })],
    ['a stranger', payment(1, { debtor: '99999999' })],
    ['itself', payment(1, { debtor: '30000001' })],
    ['an id twice', payment(2)],
  ])('with %s is refused', (_, bad) => {
    expect(() => fileOf([payment(2), bad])).toThrow(
      expect.objectContaining({ code: 'bank.bad-payment' }),
    )
  })
})
