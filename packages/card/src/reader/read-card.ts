import { balanceFen } from '../balance.ts'
import { PURSE_AID } from '../chip/applications.ts'
import { type CardRefusal, cardError } from '../errors.ts'
import { SFI } from '../files/card-files.ts'
import { SW } from '../status-words.ts'
import { findTlv } from '../tlv.ts'
import { type CardView, cardView } from './card-view.ts'
import { attempt } from './flow.ts'
import { type CardTransport, exchange, expect9000 } from './transport.ts'

const FCI_ISSUER_DATA = 0x9f0c
const PUBLIC_INFO_BYTES = 30

/**
 * Selects the purse and reads what a fare decision needs (reference card 6.1). EF 15 comes from
 * the FCI where it is there, since some cards refuse to read it as a file. Every other file may
 * be missing; its part of the view is null.
 */
export function readCard(
  transport: CardTransport,
): Promise<{ readonly ok: true; readonly view: CardView } | CardRefusal> {
  return attempt(async () => {
    const fci = await expect9000(
      transport,
      { header: 0x00a40400, data: PURSE_AID, le: 0 },
      {
        codes: {
          [SW.noFile]: 'card.not-t-union',
          [SW.locked]: 'card.application-locked',
          [SW.permanentlyLocked]: 'card.application-locked',
        },
      },
    )
    const publicInfo = await readPublicInfo(transport, fci)
    const raw = {
      publicInfo,
      managementInfo: await readOptional(transport, binary(SFI.managementInfo)),
      rail: await readOptional(transport, record(SFI.composite, 1)),
      bus: await readOptional(transport, record(SFI.composite, 2)),
      log: await readOptional(transport, record(SFI.log, 1)),
      trip: await readOptional(transport, record(SFI.trips, 1)),
    }
    return { ok: true, view: cardView(raw, await readBalance(transport)) }
  })
}

/** One record of the transaction log, 1 is the newest; null past the end. */
export function readLogRecord(
  transport: CardTransport,
  number: number,
): Promise<Uint8Array | null> {
  return readOptional(transport, record(SFI.log, number))
}

async function readPublicInfo(transport: CardTransport, fci: Uint8Array): Promise<Uint8Array> {
  const told = findTlv(fci, FCI_ISSUER_DATA)
  const content = told ?? (await readOptional(transport, binary(SFI.publicInfo)))
  if (!content || content.length < PUBLIC_INFO_BYTES) throw cardError('card.not-t-union')
  return content.slice(0, PUBLIC_INFO_BYTES)
}

/** The real balance; cards without that form of the command tell the usual one. */
async function readBalance(transport: CardTransport): Promise<number> {
  const real = await exchange(transport, { header: 0x805c0302, le: 4 })
  if (real.sw === SW.ok && real.data.length === 4) return balanceFen(real.data)
  return balanceFen(await expect9000(transport, { header: 0x805c0002, le: 4 }, { length: 4 }))
}

function binary(sfi: number): number {
  return 0x00b08000 + (sfi << 8)
}

function record(sfi: number, number: number): number {
  return 0x00b20004 + (number << 8) + (sfi << 3)
}

async function readOptional(transport: CardTransport, header: number): Promise<Uint8Array | null> {
  const { data, sw } = await exchange(transport, { header, le: 0 })
  return sw === SW.ok ? data : null
}
