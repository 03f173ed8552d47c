// The other side of the reader's tests: a card and a PSAM in a PC/SC service of their own. It is a
// process of its own because the PC/SC library blocks a process while the service asks the card.
import { newPsam, newSlot } from '../src/card.fixture.ts'
import { startPcscd } from './pcscd.ts'

const [folder = ''] = process.argv.slice(2)
const psam = newPsam()
const pcscd = await startPcscd({
  card: await newSlot(),
  second: { transmit: (apdu) => psam.transmit(apdu), reset: () => undefined },
  name: 'Unifare test',
  folder,
})
process.send?.({ pid: pcscd.pid, environment: pcscd.environment })
process.once('disconnect', () => void pcscd.stop())
