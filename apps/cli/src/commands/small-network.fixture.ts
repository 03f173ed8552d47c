import { writeFile } from 'node:fs/promises'
import { freePorts } from '@unifare/core/testing'

const [CENTRE, OPERATOR, ISSUER] = ['00000156', '15215212', '05215210']

/** Writes a file of a network whose few parties stand at an address of their own. */
export async function writeSmallNetwork(file: string, more: object): Promise<void> {
  const [port] = await freePorts(1)
  const names = [CENTRE, OPERATOR, ISSUER, 'terminals', 'riders']
  const network = {
    day: '2026-11-20',
    riders: 2,
    operators: [OPERATOR],
    issuers: [ISSUER],
    dataDir: './data',
    addresses: Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${port}`])),
    ...more,
  }
  await writeFile(file, JSON.stringify(network))
}
