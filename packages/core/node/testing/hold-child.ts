import { holdFolder } from '../hold-folder.ts'

/** A process that holds a folder and says so, until it is killed. */
await holdFolder(process.argv[2] ?? '.')
process.stdout.write('held\n')
setInterval(() => undefined, 60_000)
