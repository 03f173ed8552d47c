import type { Repository, Storage, Tx } from '@unifare/core'
import { createFileStorage, openRepositories } from '@unifare/core/node'
import { openTestCentre } from './centre.fixture.ts'
import { closeAndReconcile } from './close-kill.fixture.ts'

/**
 * A centre in a process of its own that closes a day and kills itself with -9 right before its n-th
 * touch of disk or database: `node close-process.fixture.ts <folder> <url> <schema> <n> [segments]`.
 * Prints how many touches there were when it comes to the end.
 */
const [dir = '', databaseUrl = '', schema = '', killAt = '0', way = ''] = process.argv.slice(2)

let touches = 0

/** Counts a touch; the one that was asked for never happens. */
function touch(): void {
  touches += 1
  if (touches === Number(killAt)) process.kill(process.pid, 'SIGKILL')
}

function countedStorage(storage: Storage): Storage {
  return {
    ...storage,
    replace(name, bytes) {
      touch()
      return storage.replace(name, bytes)
    },
    async open(name) {
      const file = await storage.open(name)
      return {
        ...file,
        write(offset, ...parts) {
          touch()
          return file.write(offset, ...parts)
        },
        sync() {
          touch()
          return file.sync()
        },
      }
    },
  }
}

function countedRepository(repository: Repository): Repository {
  return {
    ...repository,
    transaction: (work) =>
      repository.transaction(async (tx) => {
        touch()
        const result = await work(countedTx(tx))
        // Right before the commit.
        touch()
        return result
      }),
  }
}

function countedTx(tx: Tx): Tx {
  return {
    get: (table, keys) => tx.get(table, keys),
    select: (table, where, options) => tx.select(table, where, options),
    put(table, rows) {
      touch()
      return tx.put(table, rows)
    },
    remove(table, keys) {
      touch()
      return tx.remove(table, keys)
    },
  }
}

const databases = await openRepositories({ databaseUrl })
const network = await openTestCentre(way === 'segments' ? { clearing: {} } : {}, {
  storage: countedStorage(await createFileStorage(dir)),
  repository: countedRepository(await databases.schema(schema)),
  again: true,
})
await closeAndReconcile(network.centre)
await network.centre.close()
await databases.close()
process.stdout.write(String(touches))
