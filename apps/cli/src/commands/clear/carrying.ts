import { hostname } from 'node:os'
import { basename, resolve } from 'node:path'
import {
  type CarriedFiles,
  createFileReceiver,
  createFileSender,
  type FileReceiver,
  type FileSender,
  type LeaseClient,
  openCarriedFiles,
  openCarrier,
  readAddresses,
} from '@unifare/centre/node'
import { requireData } from '@unifare/core'
import { tell } from '../../output.ts'
import { watchPlaces } from './reach-watch.ts'

/** What both commands are told. */
export interface CarryingOptions {
  readonly database: string
  readonly data: string
  readonly name?: string
  readonly copies: number
  readonly pieceKib: number
  readonly json?: boolean
}

/** A folder that sends and receives. */
export interface Carrying {
  readonly files: CarriedFiles
  readonly sender: FileSender
  readonly receiver: FileReceiver
  close(): Promise<void>
}

/** Addresses of databases as they stand on the command line. Throws `clear.bad-database`. */
export function databaseUrls(database: string): string[] {
  const urls = database.split(/,(?=postgres)/)
  for (const url of urls) {
    const fits = /^postgres(ql)?:\/\//.test(url) && URL.canParse(url)
    // Without the address: it may hold a password.
    const message = '--database takes postgres://user@host/name, several separated by commas'
    requireData(fits, 'clear.bad-database', message)
  }
  return urls
}

/** Tells of databases and brokers that do not answer, until it is closed. */
export function watchServers({
  database,
  carrier,
}: {
  readonly database: string
  readonly carrier?: string
}): ReturnType<typeof watchPlaces> {
  const databases = databaseUrls(database).map((url) => new URL(url))
  return watchPlaces([...databases, ...(carrier ? readAddresses(carrier).urls : [])], tell)
}

/** Name of a folder among all: it stays the same over restarts. */
export function folderName({ data, name }: Pick<CarryingOptions, 'data' | 'name'>): string {
  return name ?? `${hostname()}-${basename(resolve(data))}`
}

/** Opens a folder's sender and receiver over brokers. */
export async function openCarrying(
  client: LeaseClient,
  options: CarryingOptions & { readonly carrier: string; readonly keeps: boolean },
): Promise<Carrying> {
  const name = folderName(options)
  const files = await openCarriedFiles(client)
  tell(`${name} looks for the brokers · 正在连接消息中间件`)
  const carrier = await openCarrier(options.carrier)
  const common = { files, carrier, dir: resolve(options.data) }
  const receiver = await createFileReceiver({ ...common, receiver: name, keeps: options.keeps })
  const pieceBytes = options.pieceKib * 1024
  const sender = createFileSender({ ...common, sender: name, pieceBytes })
  return {
    files,
    sender,
    receiver,
    async close() {
      await sender.close()
      await receiver.close()
      await carrier.close()
    },
  }
}
