// Writes the golden bytes beside this file: npx node packages/tap/vectors/make.ts
// They were made once and are kept: a later version adds files and never changes these. An
// implementation that disagrees with them is wrong.
import { writeFileSync } from 'node:fs'
import { concat, toHex, utf8 } from '@unifare/core'
import {
  CHAIN_START,
  chargeToJson,
  encodeBatch,
  encodeCharge,
  encodeChargeBatch,
  encodeMessage,
  encodeTap,
  parseBatch,
  parseChargeBatch,
  parseMessage,
  sealPack,
  tapToJson,
} from '../src/index.ts'
import {
  AT,
  CENTRE,
  cardCharge,
  cardTap,
  codeCharge,
  codeTap,
  futureKind,
  futureRecord,
  OPERATOR,
  refusedTap,
  TERMINAL,
  testKey,
} from '../src/wire.fixture.ts'
import kept from './sealed-1.json' with { type: 'json' }

const source = 'ours'
const entry = { city: '5810', line: 3, station: 11, at: AT - 3_600_000 }
const taps = {
  'bus purchase by card': cardTap(),
  'metro exit by card with its entry': cardTap({ kind: 'exit', mode: 'metro', entry, flags: 1 }),
  'metro exit by code': codeTap(),
  'refusal without a medium': refusedTap(),
  'taxi ride by card, metered': cardTap({ mode: 'taxi', distanceM: 8_140, durationS: 1_260 }),
}
const bundles = [{ kind: 'deny', publisher: CENTRE, version: 12 }]
const records = [
  encodeTap(cardTap()),
  encodeTap(codeTap()),
  encodeTap(refusedTap()),
  futureKind(),
  futureRecord(),
]
const batch = await encodeBatch({
  terminal: TERMINAL,
  operator: OPERATOR,
  first: 7,
  previous: CHAIN_START,
  records,
  bundles,
  createdAt: AT,
  sign: testKey(TERMINAL).sign,
})
const charges = [codeCharge(), cardCharge()]
const chargeBatch = await encodeChargeBatch({
  operator: OPERATOR,
  previous: CHAIN_START,
  charges,
  day: '2026-11-21',
  sign: testKey(OPERATOR).sign,
})
const message = await encodeMessage({
  kind: 'order',
  sender: OPERATOR,
  receiver: CENTRE,
  sentAt: AT,
  body: utf8('{"do":"nothing"}'),
  sign: testKey(OPERATOR).sign,
})
const bodies = ['{"do":"nothing"}', '', '{"do":"less"}'].map((text) => utf8(text))
const pack = await sealPack({
  kind: 'tap-batch',
  sender: OPERATOR,
  receiver: CENTRE,
  sentAt: AT,
  bodies,
  sign: testKey(OPERATOR).sign,
})
const packHead = pack.bytes.subarray(0, pack.bytes.length - concat(...bodies).length - 64)

write('taps-1.json', {
  taps: Object.entries(taps).map(([name, tap]) => ({
    name,
    hex: toHex(encodeTap(tap)),
    view: tapToJson(tap),
  })),
})
write('charges-1.json', {
  charges: charges.map((charge) => ({
    hex: toHex(encodeCharge(charge)),
    view: chargeToJson(charge),
  })),
})
write('sealed-1.json', {
  about: 'Test keys are the SHA-256 of "unifare test key of <id>". They protect nothing.',
  batch: { ...keyOf(TERMINAL), ...headerOf(parseBatch(batch)), hex: toHex(batch) },
  chargeBatch: {
    ...keyOf(OPERATOR),
    ...headerOf(parseChargeBatch(chargeBatch)),
    hex: toHex(chargeBatch),
  },
  // Messages of version 1 are read for ever, and made no more.
  message: kept.message,
})
write('message-2.json', {
  about: 'Test keys are the SHA-256 of "unifare test key of <id>". They protect nothing.',
  message: {
    ...keyOf(OPERATOR),
    bodyHash: parseMessage(message).bodyHash,
    hex: toHex(message),
  },
})

write('message-3.json', {
  about: 'Test keys are the SHA-256 of "unifare test key of <id>". They protect nothing.',
  pack: {
    ...keyOf(OPERATOR),
    bodyHashes: pack.bodyHashes,
    hex: toHex(pack.bytes),
    // Each body as it is kept and forwarded: with header and signature of them all.
    kept: bodies.map((body) => toHex(concat(packHead, body, pack.bytes.subarray(-64)))),
  },
})

function keyOf(id: string) {
  return { publicKey: toHex(testKey(id).publicKey) }
}

function headerOf({ header, hash }: { readonly header: object; readonly hash: string }) {
  return { header, hash }
}

function write(name: string, content: object): void {
  const text = JSON.stringify({ source, ...content }, null, 1)
  writeFileSync(new URL(name, import.meta.url), `${text}\n`)
}
