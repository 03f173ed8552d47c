import type { CardTransport } from '@unifare/card'
import { type Centre, days, type Position } from '@unifare/centre'
import { type Day, requireData } from '@unifare/core'
import type { Institution } from '@unifare/institution'
import type { Operator } from '@unifare/operator'
import type { Metered, Terminal } from '@unifare/terminal'
import { type Ground, operatorPort, type PlannedIssuer } from '../src/index.ts'
import type { ControlOrders } from './control-app.ts'
import { bytesField, type ControlBody, objectField, textField, wholeField } from './control-body.ts'

/** A closed day as the centre keeps it. */
export interface ClosedDay {
  readonly day: Day
  readonly root: string
  readonly settledFen: number
  readonly members: readonly Position[]
}

/** What a centre does for the driver. */
export function centreOrders(centre: Centre): ControlOrders {
  return {
    ...institutionOrders(centre),
    rerunRoot: async (body) => (await centre.rerun(textField(body, 'day'))).root,
    closedDay: (body) => closedDay(centre, textField(body, 'day')),
  }
}

/** A closed day with the positions of all members; throws `centre.day-open`. */
export async function closedDay(centre: Centre, day: Day): Promise<ClosedDay> {
  const [row] = await centre.read((tx) => tx.get(days, [{ day }]))
  requireData(row !== undefined, 'centre.day-open', `${day} is not closed`)
  const { root, settledFen, positions } = row
  return { day, root, settledFen, members: positions as Position[] }
}

/** What an operator and its service point do for the driver; `cardOf` as with terminals. */
export function operatorOrders(
  ground: Ground,
  operator: Operator,
  cardOf: (name: string) => CardTransport,
): ControlOrders {
  const port = operatorPort(ground, operator)
  return {
    ...institutionOrders(operator),
    refresh: () => operator.refresh(),
    load: (body) => port.load(cardOf(textField(body, 'card')), wholeField(body, 'amountFen')),
  }
}

/** What an issuer and its simulated bank do for the driver. */
export function issuerOrders({ issuer, bank }: PlannedIssuer): ControlOrders {
  return {
    ...institutionOrders(issuer),
    enrol: (body) => issuer.enrol(textField(body, 'expiryMmyy')),
    collect: (body) => issuer.collect(textField(body, 'day')),
    async fund(body) {
      bank.fund(textField(body, 'account'), wholeField(body, 'amountFen'))
    },
  }
}

/** What a terminal does for the driver; `cardOf` is the way to a card that riders laid down. */
export function terminalOrders(
  terminal: Terminal,
  cardOf: (name: string) => CardTransport,
): ControlOrders {
  return {
    presentCard: (body) => terminal.presentCard(cardOf(textField(body, 'card')), metered(body)),
    presentCode: (body) => terminal.presentCode(bytesField(body, 'code'), metered(body)),
    async gateEvent(body) {
      const event = textField(body, 'event')
      requireData(
        event === 'passed' || event === 'timed-out',
        'control.malformed',
        `no gate reports "${event}"`,
      )
      await terminal.gateEvent(wholeField(body, 'sequence'), event)
    },
    refresh: () => terminal.refresh(),
    upload: () => terminal.upload(),
  }
}

function institutionOrders(institution: Institution): ControlOrders {
  return {
    command: (body) => institution.command(objectField(body, 'order')),
    deliver: () => institution.deliver(),
  }
}

/** What the vehicle tells; what it does not know is left out of the order. */
function metered(body: ControlBody): Metered {
  const { stop, keyed } = body
  const known = keyed === undefined ? undefined : objectField(body, 'keyed')
  return {
    distanceM: wholeField(body, 'distanceM'),
    ...(stop === undefined ? {} : { stop: wholeField(body, 'stop') }),
    ...(known === undefined
      ? {}
      : {
          keyed: {
            amountFen: wholeField(known, 'amountFen'),
            confirmedFen: wholeField(known, 'confirmedFen'),
          },
        }),
  }
}
