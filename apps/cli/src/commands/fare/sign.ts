import { writeFile } from 'node:fs/promises'
import { UnifareError } from '@unifare/core'
import { EXIT, tell } from '../../output.ts'
import { openTariff } from './open-tariff.ts'
import { signList } from './signed-list.ts'

/** Signs tariffs into a new file, as the list that their operator publishes. */
export async function signTariffs(
  files: { readonly tariff: string; readonly out: string },
  options: {
    readonly key: string
    readonly publisher: string
    readonly network?: string
    readonly listVersion?: number
  },
): Promise<number> {
  const { network, listVersion, key, publisher } = options
  const opened = await openTariff(files.tariff, network === undefined ? {} : { network })
  if (opened.kind === 'feed') {
    throw new UnifareError('fares.no-tariff', `${files.tariff} is a GTFS folder, not a tariff`)
  }
  // A network that was made up is nobody's to sign.
  const networks = network === undefined ? [] : opened.networks
  const signed = await signList(
    { tariffs: opened.tariffs, networks },
    { publisher, keyFile: key, ...(listVersion === undefined ? {} : { version: listVersion }) },
  )
  await writeFile(files.out, `${JSON.stringify(signed, null, 2)}\n`, { flag: 'wx' }).catch(
    (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EEXIST'
      throw taken ? new UnifareError('fare.file-exists', `${files.out} is there already`) : error
    },
  )
  tell(`${files.out}: ${opened.tariffs.length} tariffs, version ${signed.version}, ${signed.hash}`)
  return EXIT.ok
}
